"""What networks, middleboxes and servers do on a bad day, and what our operations make of it."""
