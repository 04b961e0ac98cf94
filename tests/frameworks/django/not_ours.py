"""Tests of Django's that are none of an object storage's, by reason; each name is a test's end."""

from __future__ import annotations

_TIMES = "an object has no time of access, and none of its own for folders"
_FOLDERS = "a folder is what its files' names begin with: it is not made, found empty or deleted"
_RIGHTS = "objects have no modes of files"
_CALLS = "looks at calls of the operating system that Django's own storage makes"

NOT_OURS: dict[str, dict[str, tuple[str, ...]]] = {
    "everywhere": {
        _TIMES: (
            "test_file_get_accessed_time",
            "test_file_get_accessed_time_timezone",
            "test_file_accessed_time",
            "test_directory_times_changing_after_file_creation",
            "test_directory_times_changing_after_file_deletion",
        ),
        "each version of an object is created anew, when it is stored": (
            "test_file_get_created_time",
            "test_file_created_time",
        ),
        "compares with the time of a file on disk to the microsecond": (
            "test_file_get_modified_time",
        ),
        _FOLDERS: (
            "CustomStorageTests.test_listdir",
            "DiscardingFalseContentStorageTests.test_listdir",
            "FileStorageTests.test_listdir",
            "OverwritingStorageOSOpenFlagsTests.test_listdir",
            "OverwritingStorageTests.test_listdir",
            "test_delete_deletes_directories",
            "MemoryStorageIOTests.test_delete",
            "test_file_node_cannot_have_children",
            "DirectoryCreationTests.test_not_a_directory",
            "DirectoryCreationTests.test_readonly_root",
        ),
        _RIGHTS: (
            "test_file_upload_permissions",
            "test_file_upload_directory_permissions",
            "test_setting_changed",
            "test_collect_static_files_permissions",
            "test_collect_static_files_subclass_of_static_storage",
        ),
        _CALLS: (
            "test_remove_race_handling",
            "test_makedirs_race_handling",
            "test_file_save_broken_symlink",
            "test_manifest_does_not_ignore_permission_error",
        ),
        "no storage of ours follows or makes symbolic links": (
            "TestCollectionLinks.test_symlinks_and_files_replaced",
            "TestCollectionLinks.test_clear_broken_symlink",
        ),
        "collectstatic tells the path of a folder, and asks whether one is empty": (
            "TestCollectionVerbosity.test_verbosity_1",
            "TestCollectionVerbosity.test_verbosity_2",
            "test_no_warning_when_staticdir_does_not_exist",
            "test_no_warning_for_empty_staticdir",
        ),
        "STATIC_ROOT says nothing about where a provider keeps files": (
            "TestConfiguration.test_location_empty",
            "TestConfiguration.test_local_storage_detection_helper",
        ),
        "names the class of Django's that ours stands in for": ("test_deconstruction",),
        "flags of open() that Django itself has deprecated": (
            "test_os_open_flags_deprecation_warning",
            "OverwritingStorageOSOpenFlagsTests.test_save_overwrite_behavior",
            "OverwritingStorageOSOpenFlagsTests.test_save_doesnt_close",
        ),
        "our addresses quote ~!*'() and refuse a NUL, which is as good": ("test_file_url",),
    },
    "local": {
        "lists the folder on disk, where the store keeps a folder of its own": (
            "test_race_condition",
        ),
    },
    "s3": {
        "the time of an object has whole seconds there": ("test_file_modified_time",),
        "its location is emptied with rmtree, which no bucket hears of": (
            "FileFieldStorageTests.test_files",
        ),
        "writes into a folder on the disk what only a bucket could hold": (
            "TestDefaultStorageFinder.test_find_first",
            "TestDefaultStorageFinder.test_find_all",
            "TestDefaultStorageFinder.test_find_all_deprecated_param",
            "TestCollectionClear.test_cleared_not_found",
            "TestCustomManifestStorage.test_read_manifest",
        ),
    },
}

LEAST = {
    "local": {"file_storage": 85, "staticfiles_tests": 120},
    "s3": {"file_storage": 80, "staticfiles_tests": 115},
}
"""Distinct test methods that have to pass, of those that have not only been skipped."""
