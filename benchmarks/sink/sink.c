/* A loopback S3 endpoint over TLS that proves what it was sent and keeps nothing.
 *
 * Run: sink CERTIFICATE KEY SECRET. Prints its port; ends when its standard input does.
 *
 * Every request's SigV4 signature is verified, every digest that a request tells (in a header or a
 * trailer), and the content: the first folder of a key tells the object's size, and its bytes must be
 * the pattern of that size, however many parts brought them. What is wrong is refused and counted.
 * Reading `{size}/...` gives the same pattern; `list/{count}/` lists that many made-up objects; a
 * batch delete refuses keys with "refused" in them. `GET /.sink/report` tells what each access key
 * sent since the last report. The whole of a request's head, and of any XML, must fit into HEAD bytes.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "content.h"

enum { HEAD = 1 << 20, PARTS = 10001, CLIENTS = 64, HEADERS = 64, WORD = 256 };

static const char *secret;

/* --- what each client sent --- */

enum { SHA256_SIGNED, UNSIGNED, CRC64_SUM, CRC32_SUM, CRC32C_SUM, SHA256_SUM, SHA1_SUM, MD5_SUM, SUMS };
static const char *const SUM[SUMS] = {"signed sha256", "unsigned", "crc64nvme", "crc32",
                                      "crc32c",        "sha256",   "sha1",      "md5"};

typedef struct {
  char name[WORD];
  uint64_t requests, refused, puts, objects, deleted, received, sent, sums[SUMS];
} Client;
static Client clients[CLIENTS];
static pthread_mutex_t counting = PTHREAD_MUTEX_INITIALIZER;

static Client *client_of(const char *name) {
  for (int i = 0; i < CLIENTS; i++)
    if (!clients[i].name[0] || !strcmp(clients[i].name, name)) {
      snprintf(clients[i].name, WORD, "%s", name);
      return &clients[i];
    }
  return &clients[CLIENTS - 1];
}

#define COUNT(connection, field, amount)                 \
  do {                                                   \
    pthread_mutex_lock(&counting);                       \
    client_of((connection)->client)->field += (amount);  \
    pthread_mutex_unlock(&counting);                     \
  } while (0)

/* --- multipart uploads on their way --- */

typedef struct { uint64_t size, crc; } Part;
typedef struct { uint64_t id; int crc64; Part part[PARTS]; } Multipart;
static Multipart *uploads[1024];
static uint64_t last_upload;
static pthread_mutex_t uploading = PTHREAD_MUTEX_INITIALIZER;

static Multipart **slot_of(uint64_t id) { return &uploads[id % 1024]; }

static Multipart *upload_of(uint64_t id) {
  Multipart *found = *slot_of(id);
  return found && found->id == id ? found : NULL;
}

/* --- one connection --- */

typedef struct { char *name, *value; } Header;

typedef struct {
  SSL *tls;
  uint8_t buffer[HEAD + 1], chunk[BLOCK], block[BLOCK];
  size_t have, used; /* of buffer */
  size_t head_size;
  char *method, *target, *path, *query, head[HEAD + 1];
  Header header[HEADERS];
  int headers;
  int chunked, in_chunk;         /* HTTP's own transfer coding, below S3's aws-chunked */
  uint64_t chunk_left;
  char client[WORD];
} Connection;

static const char *header(Connection *c, const char *name) {
  for (int i = 0; i < c->headers; i++)
    if (!strcasecmp(c->header[i].name, name)) return c->header[i].value;
  return NULL;
}

static int read_more(Connection *c) {
  if (c->used == c->have) c->used = c->have = 0;
  if (c->used && c->have == HEAD) {
    memmove(c->buffer, c->buffer + c->used, c->have - c->used);
    c->have -= c->used, c->used = 0;
  }
  if (c->have == HEAD) return 0;
  int got = SSL_read(c->tls, c->buffer + c->have, (int)(HEAD - c->have));
  if (got <= 0) return 0;
  c->have += (size_t)got;
  return 1;
}

static int byte_of(Connection *c) {
  if (c->used == c->have && !read_more(c)) return -1;
  return c->buffer[c->used++];
}

static char *read_line(Connection *c, int (*next)(Connection *), char *into, size_t room) {
  size_t length = 0;
  for (int byte; (byte = next(c)) != '\n';) {
    if (byte < 0) return NULL;
    if (length + 1 < room) into[length++] = (char)byte;
  }
  if (length && into[length - 1] == '\r') length--;
  into[length] = 0;
  return into;
}

/* Stand inside a chunk of the transfer coding, if there is one; 0 at the body's end. */
static int in_chunk(Connection *c) {
  char line[WORD];
  if (!c->chunked || c->chunk_left) return 1;
  if (c->in_chunk && !read_line(c, byte_of, line, WORD)) return 0;
  if (!read_line(c, byte_of, line, WORD)) return 0;
  c->in_chunk = 1;
  c->chunk_left = strtoull(line, NULL, 16);
  if (c->chunk_left) return 1;
  while (read_line(c, byte_of, line, WORD) && line[0]) continue;
  c->chunked = 0;
  return 0;
}

static int body_byte(Connection *c) {
  if (!in_chunk(c)) return -1;
  if (c->chunked) c->chunk_left--;
  return byte_of(c);
}

/* Read the next piece of a body, at most `most` bytes; 0 at its end or when the connection is gone. */
static size_t read_piece(Connection *c, uint8_t **piece, size_t most) {
  size_t size;
  if (!in_chunk(c)) return 0;
  if (c->chunked && c->chunk_left < most) most = c->chunk_left;
  if (c->used < c->have) {
    size = c->have - c->used < most ? c->have - c->used : most;
    *piece = c->buffer + c->used;
    c->used += size;
  } else {
    int got = SSL_read(c->tls, c->chunk, (int)(most < BLOCK ? most : BLOCK));
    *piece = c->chunk;
    size = got > 0 ? (size_t)got : 0;
  }
  if (c->chunked) c->chunk_left -= size;
  return size;
}

static int send_all(Connection *c, const void *data, size_t size) {
  while (size) {
    int sent = SSL_write(c->tls, data, size > BLOCK ? BLOCK : (int)size);
    if (sent <= 0) return 0;
    data = (const char *)data + sent, size -= (size_t)sent;
  }
  return 1;
}

static int answer(Connection *c, const char *status, const char *headers, const char *body, size_t size) {
  static const char *const form =
      "HTTP/1.1 %s\r\nServer: sink\r\nx-amz-request-id: 4442587FB7D0A2F9\r\n"
      "Date: Thu, 01 Jan 2026 00:00:00 GMT\r\n%sContent-Length: %zu\r\n\r\n";
  char *whole = malloc(strlen(headers) + size + 512);
  int length = sprintf(whole, form, status, headers, size);
  int with_body = strcmp(c->method, "HEAD") && strncmp(status, "204", 3);
  if (with_body) memcpy(whole + length, body, size);
  int done = send_all(c, whole, (size_t)length + (with_body ? size : 0));
  free(whole);
  return done;
}

static int answer_xml(Connection *c, const char *xml) {
  return answer(c, "200 OK", "Content-Type: application/xml\r\n", xml, strlen(xml));
}

static int refuse(Connection *c, const char *status, const char *code, const char *why) {
  char body[1024];
  COUNT(c, refused, 1);
  int size = snprintf(body, sizeof body,
                      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>%s</Code>"
                      "<Message>%s</Message><RequestId>4442587FB7D0A2F9</RequestId></Error>",
                      code, why);
  return answer(c, status, "Content-Type: application/xml\r\n", body, (size_t)size);
}

/* --- text --- */

static void hex(char *into, const uint8_t *data, size_t size) {
  for (size_t i = 0; i < size; i++) sprintf(into + 2 * i, "%02x", data[i]);
}

static void base64(char *into, const uint8_t *data, size_t size) {
  EVP_EncodeBlock((unsigned char *)into, data, (int)size);
}

static void big_endian(uint8_t *into, uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; i--, value >>= 8) into[i] = (uint8_t)value;
}

static int digit(char c) { return isdigit(c) ? c - '0' : isxdigit(c) ? tolower(c) - 'a' + 10 : -1; }

/* Percent-decode, then encode again as SigV4 wants it; answers the length. */
static size_t normal(char *into, const char *from, size_t size, int keep_slash) {
  char *start = into;
  for (size_t i = 0; i < size; i++) {
    unsigned char byte = (unsigned char)from[i];
    if (byte == '%' && i + 2 < size + 0 && digit(from[i + 1]) >= 0 && digit(from[i + 2]) >= 0) {
      byte = (unsigned char)(digit(from[i + 1]) * 16 + digit(from[i + 2]));
      i += 2;
    }
    if (isalnum(byte) || strchr("-._~", byte) || (keep_slash && byte == '/'))
      *into++ = (char)byte;
    else
      into += sprintf(into, "%%%02X", byte);
  }
  *into = 0;
  return (size_t)(into - start);
}

static const char *parameter(Connection *c, const char *name) { /* of the query, not decoded */
  size_t length = strlen(name);
  for (const char *at = c->query; at; at = strchr(at, '&'), at = at ? at + 1 : NULL)
    if (!strncmp(at, name, length) && (at[length] == '=' || at[length] == '&' || !at[length]))
      return at[length] == '=' ? at + length + 1 : "";
  return NULL;
}

static void decode(char *into, size_t room, const char *from) {
  size_t length = 0;
  for (; *from && *from != '&' && length + 1 < room; from++) {
    if (*from == '%' && digit(from[1]) >= 0 && digit(from[2]) >= 0) {
      into[length++] = (char)(digit(from[1]) * 16 + digit(from[2]));
      from += 2;
    } else
      into[length++] = *from;
  }
  into[length] = 0;
}

/* --- SigV4 --- */

static void hmac(uint8_t *out, const void *key, int key_size, const char *text) {
  HMAC(EVP_sha256(), key, key_size, (const uint8_t *)text, strlen(text), out, NULL);
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* Whether the request's signature is right; who signed it goes into `client`. */
static int signed_rightly(Connection *c) {
  const char *given = header(c, "authorization"), *when = header(c, "x-amz-date");
  const char *payload = header(c, "x-amz-content-sha256");
  char access[WORD], day[16], region[64], names[2048], signature[80];
  if (!given || !when || !payload) return 0;
  if (sscanf(given,
             "AWS4-HMAC-SHA256 Credential=%255[^/]/%15[^/]/%63[^/]/s3/aws4_request,%*[ ]"
             "SignedHeaders=%2047[^,],%*[ ]Signature=%79s",
             access, day, region, names, signature) != 5 &&
      sscanf(given,
             "AWS4-HMAC-SHA256 Credential=%255[^/]/%15[^/]/%63[^/]/s3/aws4_request,"
             "SignedHeaders=%2047[^,],Signature=%79s",
             access, day, region, names, signature) != 5)
    return 0;
  snprintf(c->client, WORD, "%s", access);

  char *text = malloc(4 * c->head_size + 4096), *at = text; /* each byte quoted, and more */
  at += sprintf(at, "%s\n", c->method);
  at += normal(at, c->path, strlen(c->path), 1);
  *at++ = '\n';
  char *pairs[64], *copy = strdup(c->query ? c->query : ""), *mark;
  int count = 0;
  for (char *pair = strtok_r(copy, "&", &mark); pair && count < 64; pair = strtok_r(NULL, "&", &mark)) {
    char *equals = strchr(pair, '=');
    size_t name = equals ? (size_t)(equals - pair) : strlen(pair);
    pairs[count] = malloc(3 * strlen(pair) + 8);
    size_t length = normal(pairs[count], pair, name, 0);
    pairs[count][length++] = '=';
    normal(pairs[count] + length, equals ? equals + 1 : "", equals ? strlen(equals + 1) : 0, 0);
    count++;
  }
  qsort(pairs, (size_t)count, sizeof *pairs, by_name);
  for (int i = 0; i < count; i++) {
    at += sprintf(at, "%s%s", i ? "&" : "", pairs[i]);
    free(pairs[i]);
  }
  free(copy);
  *at++ = '\n';
  char list[2048];
  snprintf(list, sizeof list, "%s", names);
  for (char *name = strtok_r(list, ";", &mark); name; name = strtok_r(NULL, ";", &mark)) {
    const char *value = header(c, name);
    at += sprintf(at, "%s:", name);
    for (int blank = 0; value && *value; value++) {
      if (!(blank && *value == ' ')) *at++ = *value;
      blank = *value == ' ';
    }
    *at++ = '\n';
  }
  at += sprintf(at, "\n%s\n%s", names, payload);
  uint8_t digest[32], key[32];
  EVP_Digest(text, (size_t)(at - text), digest, NULL, EVP_sha256(), NULL);
  char told[80], line[512], first[WORD];
  hex(told, digest, 32);
  snprintf(line, sizeof line, "AWS4-HMAC-SHA256\n%s\n%s/%s/s3/aws4_request\n%s", when, day, region, told);
  snprintf(first, sizeof first, "AWS4%s", secret);
  hmac(key, first, (int)strlen(first), day);
  hmac(key, key, 32, region);
  hmac(key, key, 32, "s3");
  hmac(key, key, 32, "aws4_request");
  hmac(digest, key, 32, line);
  hex(told, digest, 32);
  free(text);
  return !strcmp(told, signature);
}

/* --- bodies --- */

typedef struct { uint64_t size, crc64; } Body;

typedef struct {
  const char *header;
  int sum, bytes;
  Table *table;
  const char *hash;
} Kind;
static Kind KINDS[] = {{"x-amz-checksum-crc64nvme", CRC64_SUM, 8, &CRC64, NULL},
                       {"x-amz-checksum-crc32", CRC32_SUM, 4, &CRC32, NULL},
                       {"x-amz-checksum-crc32c", CRC32C_SUM, 4, &CRC32C, NULL},
                       {"x-amz-checksum-sha256", SHA256_SUM, 32, NULL, "SHA256"},
                       {"x-amz-checksum-sha1", SHA1_SUM, 20, NULL, "SHA1"},
                       {"content-md5", MD5_SUM, 16, NULL, "MD5"}};
enum { KIND = sizeof KINDS / sizeof *KINDS };

/* Read a body and prove all that the request tells of it. Answers NULL, or what is wrong. `kept`
 * gets the body itself if it is to be parsed; `echo` the checksums as headers of the answer. */
static const char *read_body(Connection *c, Body *body, char **kept, char *echo) {
  const char *length = header(c, "content-length"), *payload = header(c, "x-amz-content-sha256");
  const char *coding = header(c, "transfer-encoding"), *trailer = header(c, "x-amz-trailer");
  int whole = kept && parameter(c, "uploadId");
  int framed = payload && !strncmp(payload, "STREAMING-", 10);
  uint64_t left = length ? strtoull(length, NULL, 10) : 0, size = 0, crc = ~UINT64_C(0);
  uint64_t sums[KIND] = {0};
  EVP_MD_CTX *hashes[KIND] = {0}, *signed_hash = NULL;
  char told[KIND][WORD], line[HEADERS * WORD];
  const char *wrong = NULL;
  *echo = 0;
  c->chunked = coding && !strcasecmp(coding, "chunked");
  c->in_chunk = 0, c->chunk_left = 0;
  if (c->chunked && !framed) left = UINT64_MAX; /* until its own end */
  if (payload && strlen(payload) == 64) {
    signed_hash = EVP_MD_CTX_new();
    EVP_DigestInit_ex(signed_hash, EVP_sha256(), NULL);
  }
  for (int i = 0; i < KIND; i++) {
    /* A checksum that comes with Complete is the whole object's, see `complete`. */
    const char *value = whole && i < KIND - 1 ? NULL : header(c, KINDS[i].header);
    int trails = trailer && !strcasecmp(trailer, KINDS[i].header);
    snprintf(told[i], WORD, "%s", value ? value : trails ? "?" : "");
    sums[i] = KINDS[i].bytes == 4 ? 0xffffffff : ~UINT64_C(0);
    if (told[i][0] && KINDS[i].hash) {
      hashes[i] = EVP_MD_CTX_new();
      EVP_DigestInit_ex(hashes[i], EVP_get_digestbyname(KINDS[i].hash), NULL);
    }
  }
  if (kept) *kept = calloc(1, HEAD + 1);
  const char *expects = header(c, "expect");
  if (expects && !strcasecmp(expects, "100-continue") && c->used == c->have &&
      !send_all(c, "HTTP/1.1 100 Continue\r\n\r\n", 25))
    return NULL;

  while (framed || left) {
    uint64_t frame = left;
    if (framed) {
      if (!read_line(c, body_byte, line, sizeof line)) return NULL;
      frame = strtoull(line, NULL, 16);
      if (!frame) {
        while (read_line(c, body_byte, line, sizeof line) && line[0])
          for (int i = 0; i < KIND; i++) {
            size_t name = strlen(KINDS[i].header);
            if (!strncasecmp(line, KINDS[i].header, name) && line[name] == ':')
              snprintf(told[i], WORD, "%s", line + name + 1 + strspn(line + name + 1, " "));
          }
        break;
      }
    }
    while (frame) {
      uint8_t *piece;
      size_t got = read_piece(c, &piece, frame < BLOCK ? frame : BLOCK);
      if (!got && left == UINT64_MAX && !c->chunked) break;
      if (!got) return NULL;
      if (kept && size + got <= HEAD) memcpy(*kept + size, piece, got);
      crc = crc64(crc, piece, got);
      if (signed_hash) EVP_DigestUpdate(signed_hash, piece, got);
      for (int i = 0; i < KIND; i++) {
        if (hashes[i]) EVP_DigestUpdate(hashes[i], piece, got);
        else if (told[i][0] && KINDS[i].bytes == 4)
          sums[i] = crc_by_table(*KINDS[i].table, sums[i], piece, got);
      }
      size += got, frame -= got;
    }
    if (framed) read_line(c, body_byte, line, sizeof line);
    else left = 0;
  }
  while (c->chunked && in_chunk(c)) body_byte(c);

  if (signed_hash) {
    uint8_t digest[EVP_MAX_MD_SIZE];
    EVP_DigestFinal_ex(signed_hash, digest, NULL);
    EVP_MD_CTX_free(signed_hash);
    hex(line, digest, 32);
    if (strcmp(line, payload)) wrong = "the body is not the one that was signed";
    else if (!kept) COUNT(c, sums[SHA256_SIGNED], 1);
  } else if (!kept)
    COUNT(c, sums[UNSIGNED], 1);
  for (int i = 0; i < KIND; i++) {
    uint8_t digest[EVP_MAX_MD_SIZE];
    if (!told[i][0]) continue;
    if (hashes[i]) {
      EVP_DigestFinal_ex(hashes[i], digest, NULL);
      EVP_MD_CTX_free(hashes[i]);
    } else
      big_endian(digest, KINDS[i].bytes == 8 ? ~crc : sums[i] ^ 0xffffffff, KINDS[i].bytes);
    base64(line, digest, (size_t)KINDS[i].bytes);
    if (strcmp(line, told[i])) wrong = "a checksum does not fit the body";
    else {
      if (!kept) COUNT(c, sums[KINDS[i].sum], 1);
      if (i < KIND - 1) sprintf(echo + strlen(echo), "%s: %s\r\n", KINDS[i].header, line);
    }
  }
  body->size = size, body->crc64 = ~crc;
  return wrong ? wrong : "";
}

static void etag_of(char *into, uint64_t size, uint64_t crc) {
  sprintf(into, "%016llx%016llx", (unsigned long long)size, (unsigned long long)crc);
}

/* The size that a key tells in its first folder; 0 if it tells none. */
static uint64_t told_size(const char *path) {
  const char *key = strchr(path + 1, '/');
  char *end;
  if (!key || !isdigit(key[1])) return 0;
  uint64_t size = strtoull(key + 1, &end, 10);
  return *end == '/' || !strncmp(end, "%2F", 3) ? size : 0;
}

static int is_pattern(const char *path, uint64_t size, uint64_t crc) {
  return told_size(path) == size && pattern(size).crc == crc;
}

/* --- operations --- */

static int put(Connection *c) {
  Body body;
  char echo[2048], etag[64], headers[4096];
  const char *part = parameter(c, "partNumber"), *id = parameter(c, "uploadId");
  const char *wrong = read_body(c, &body, NULL, echo);
  if (!wrong) return 0;
  if (*wrong) return refuse(c, "400 Bad Request", "BadDigest", wrong);
  if (part && id) {
    unsigned long which = strtoul(part, NULL, 10);
    pthread_mutex_lock(&uploading);
    Multipart *upload = upload_of(strtoull(id, NULL, 10));
    if (upload && which > 0 && which < PARTS)
      upload->part[which].size = body.size, upload->part[which].crc = body.crc64;
    pthread_mutex_unlock(&uploading);
    if (!upload) return refuse(c, "404 Not Found", "NoSuchUpload", "there is no such upload");
  } else {
    if (!is_pattern(c->path, body.size, body.crc64))
      return refuse(c, "400 Bad Request", "BadDigest", "the object is not the pattern of its size");
    COUNT(c, objects, 1);
  }
  COUNT(c, puts, 1);
  COUNT(c, received, body.size);
  if (part && id) etag_of(etag, body.size, body.crc64);
  else strcpy(etag, pattern(body.size).md5);
  sprintf(headers, "ETag: \"%s\"\r\n%s%s", etag, echo,
          *echo && !part ? "x-amz-checksum-type: FULL_OBJECT\r\n" : "");
  return answer(c, "200 OK", headers, "", 0);
}

static void key_of(Connection *c, char *into, size_t room) {
  const char *name = strchr(c->path + 1, '/');
  decode(into, room, name ? name + 1 : "");
}

static int create(Connection *c) {
  const char *algorithm = header(c, "x-amz-checksum-algorithm");
  char xml[8192], key[4096], headers[256] = "Content-Type: application/xml\r\n";
  pthread_mutex_lock(&uploading);
  uint64_t id = ++last_upload;
  free(*slot_of(id));
  Multipart *upload = *slot_of(id) = calloc(1, sizeof *upload);
  upload->id = id;
  upload->crc64 = algorithm && !strcasecmp(algorithm, "CRC64NVME");
  pthread_mutex_unlock(&uploading);
  if (algorithm)
    snprintf(headers + strlen(headers), 128, "x-amz-checksum-algorithm: %s\r\n", algorithm);
  key_of(c, key, sizeof key);
  int size = snprintf(xml, sizeof xml,
                      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<InitiateMultipartUploadResult>"
                      "<Bucket>bench</Bucket><Key>%s</Key><UploadId>%llu</UploadId>"
                      "</InitiateMultipartUploadResult>",
                      key, (unsigned long long)id);
  return answer(c, "200 OK", headers, xml, (size_t)size);
}

/* Copy the text of the first <tag> from `at` on; answer what stands behind it, or NULL. */
static char *element(char *at, const char *tag, char *into, size_t room) {
  char open[64], shut[64];
  sprintf(open, "<%s>", tag), sprintf(shut, "</%s>", tag);
  char *begin = strstr(at, open), *end = begin ? strstr(begin, shut) : NULL;
  if (!end) return NULL;
  begin += strlen(open);
  snprintf(into, room, "%.*s", (int)(end - begin), begin);
  return end + strlen(shut);
}

static int complete(Connection *c, Multipart *upload, char *xml) {
  char text[WORD], etag[64], key[4096];
  uint64_t size = 0, crc = 0;
  int count = 0;
  for (char *at = strstr(xml, "<Part>"), *end; at; at = strstr(end, "<Part>")) {
    end = strstr(at, "</Part>");
    if (!end) return refuse(c, "400 Bad Request", "MalformedXML", "a part has no end");
    if (!element(at, "PartNumber", text, WORD) || strtol(text, NULL, 10) != ++count)
      return refuse(c, "400 Bad Request", "InvalidPartOrder", "the parts do not count from 1");
    Part *part = &upload->part[count];
    etag_of(etag, part->size, part->crc);
    if (!part->size || !element(at, "ETag", text, WORD) || !strstr(text, etag))
      return refuse(c, "400 Bad Request", "InvalidPart", "a part is not the one that was sent");
    crc = crc64_joined(crc, part->crc, part->size);
    size += part->size;
  }
  if (!count || !is_pattern(c->path, size, crc))
    return refuse(c, "400 Bad Request", "BadDigest", "the object is not the pattern of its size");
  uint8_t digest[8];
  const char *given = header(c, KINDS[0].header);
  big_endian(digest, crc, 8);
  base64(text, digest, 8);
  if (given && strcmp(given, text))
    return refuse(c, "400 Bad Request", "BadDigest", "the checksum is not the object's");
  COUNT(c, objects, 1);
  key_of(c, key, sizeof key);
  char told[512] = "", whole[8192];
  if (upload->crc64)
    sprintf(told, "<ChecksumCRC64NVME>%s</ChecksumCRC64NVME><ChecksumType>FULL_OBJECT</ChecksumType>", text);
  etag_of(etag, size, crc);
  snprintf(whole, sizeof whole,
           "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<CompleteMultipartUploadResult>"
           "<Location>https://localhost/</Location><Bucket>bench</Bucket><Key>%s</Key>"
           "<ETag>\"%s-%d\"</ETag>%s</CompleteMultipartUploadResult>",
           key, etag, count, told);
  return answer_xml(c, whole);
}

static int delete_batch(Connection *c, char *xml) {
  int quiet = strstr(xml, "<Quiet>true</Quiet>") != NULL;
  char key[4096], *out = malloc(2 * HEAD), *at = out;
  uint64_t count = 0;
  at += sprintf(at, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                    "<DeleteResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
  while ((xml = element(xml, "Key", key, sizeof key))) {
    if (strstr(key, "refused"))
      at += sprintf(at, "<Error><Key>%s</Key><Code>AccessDenied</Code><Message>kept</Message></Error>", key);
    else if (count++, !quiet)
      at += sprintf(at, "<Deleted><Key>%s</Key></Deleted>", key);
  }
  sprintf(at, "</DeleteResult>");
  COUNT(c, deleted, count);
  int done = answer_xml(c, out);
  free(out);
  return done;
}

static int post(Connection *c) {
  Body body;
  char echo[2048], *xml = NULL;
  const char *wrong = read_body(c, &body, &xml, echo), *id = parameter(c, "uploadId");
  int done;
  if (!wrong) done = 0;
  else if (*wrong) done = refuse(c, "400 Bad Request", "BadDigest", wrong);
  else if (body.size > HEAD) done = refuse(c, "400 Bad Request", "MalformedXML", "too long");
  else if (parameter(c, "uploads")) done = create(c);
  else if (parameter(c, "delete")) done = delete_batch(c, xml);
  else if (id) {
    pthread_mutex_lock(&uploading);
    Multipart *upload = upload_of(strtoull(id, NULL, 10));
    if (upload) *slot_of(upload->id) = NULL;
    pthread_mutex_unlock(&uploading);
    done = upload ? complete(c, upload, xml)
                  : refuse(c, "404 Not Found", "NoSuchUpload", "there is no such upload");
    free(upload);
  } else done = refuse(c, "501 Not Implemented", "NotImplemented", "no such operation here");
  free(xml);
  return done;
}

static int list(Connection *c) {
  char prefix[4096] = "", after[4096] = "", token[64] = "", *out = malloc(4 * HEAD), *at = out;
  if (parameter(c, "prefix")) decode(prefix, sizeof prefix, parameter(c, "prefix"));
  if (parameter(c, "start-after")) decode(after, sizeof after, parameter(c, "start-after"));
  if (parameter(c, "continuation-token")) decode(token, sizeof token, parameter(c, "continuation-token"));
  int coded = parameter(c, "encoding-type") != NULL;
  const char *most = parameter(c, "max-keys");
  uint64_t total = 0, begin = 0, page = most ? strtoull(most, NULL, 10) : 1000;
  if (!strncmp(prefix, "list/", 5)) total = strtoull(prefix + 5, NULL, 10);
  if (page > 1000) page = 1000;
  if (*token) begin = strtoull(token, NULL, 10);
  else if (strrchr(after, '/')) begin = strtoull(strrchr(after, '/') + 1, NULL, 10) + 1;
  uint64_t end = begin + page < total ? begin + page : total;
  at += sprintf(at,
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>bench</Name>"
                "<Prefix>%s</Prefix><KeyCount>%llu</KeyCount><MaxKeys>%llu</MaxKeys>%s"
                "<IsTruncated>%s</IsTruncated>",
                prefix, (unsigned long long)(end > begin ? end - begin : 0), (unsigned long long)page,
                coded ? "<EncodingType>url</EncodingType>" : "", end < total ? "true" : "false");
  if (end < total)
    at += sprintf(at, "<NextContinuationToken>%llu</NextContinuationToken>", (unsigned long long)end);
  for (uint64_t i = begin; i < end; i++)
    at += sprintf(at,
                  "<Contents><Key>%s%08llu.bin</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>"
                  "<ETag>&quot;%032llx&quot;</ETag><Size>%llu</Size>"
                  "<StorageClass>STANDARD</StorageClass></Contents>",
                  prefix, (unsigned long long)i, (unsigned long long)i, (unsigned long long)(4096 + i));
  sprintf(at, "</ListBucketResult>");
  int done = answer_xml(c, out);
  free(out);
  return done;
}

static int get(Connection *c) {
  uint64_t size = told_size(c->path), crc, begin = 0, end, from, to;
  char headers[1024], text[32];
  if (!strchr(c->path + 1, '/') || !strchr(c->path + 1, '/')[1]) {
    if (parameter(c, "location"))
      return answer_xml(c, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<LocationConstraint/>");
    return parameter(c, "list-type") ? list(c) : answer(c, "200 OK", "", "", 0);
  }
  if (!size) return refuse(c, "404 Not Found", "NoSuchKey", "the key tells no size");
  Pattern of = pattern(size);
  const char *etag = of.md5;
  crc = of.crc, end = size;
  const char *match = header(c, "if-match"), *range = header(c, "range");
  if (match && !strstr(match, etag))
    return refuse(c, "412 Precondition Failed", "PreconditionFailed", "another ETag");
  if (range && sscanf(range, "bytes=%lu-%lu", &from, &to) == 2 && from < size)
    begin = from, end = to + 1 < size ? to + 1 : size;
  else if (range && sscanf(range, "bytes=-%lu", &to) == 1) begin = to < size ? size - to : 0;
  else if (range && sscanf(range, "bytes=%lu-", &from) == 1 && from < size) begin = from;
  int length = sprintf(headers,
                       "HTTP/1.1 %s\r\nServer: sink\r\nx-amz-request-id: 4442587FB7D0A2F9\r\n"
                       "Date: Thu, 01 Jan 2026 00:00:00 GMT\r\nETag: \"%s\"\r\n"
                       "Last-Modified: Thu, 01 Jan 2026 00:00:00 GMT\r\nAccept-Ranges: bytes\r\n"
                       "Content-Type: application/octet-stream\r\nContent-Length: %llu\r\n",
                       range ? "206 Partial Content" : "200 OK", etag, (unsigned long long)(end - begin));
  if (range)
    length += sprintf(headers + length, "Content-Range: bytes %llu-%llu/%llu\r\n", (unsigned long long)begin,
                      (unsigned long long)end - 1, (unsigned long long)size);
  else if (header(c, "x-amz-checksum-mode")) {
    uint8_t digest[8];
    big_endian(digest, crc, 8);
    base64(text, digest, 8);
    length += sprintf(headers + length,
                      "x-amz-checksum-crc64nvme: %s\r\nx-amz-checksum-type: FULL_OBJECT\r\n", text);
  }
  length += sprintf(headers + length, "\r\n");
  if (!strcmp(c->method, "HEAD")) return send_all(c, headers, (size_t)length);
  if (end - begin <= BLOCK / 2 && begin % BLOCK + (end - begin) <= BLOCK) { /* one record for all */
    memcpy(c->chunk, headers, (size_t)length);
    number(c->block, begin / BLOCK);
    memcpy(c->chunk + length, c->block + begin % BLOCK, end - begin);
    COUNT(c, sent, end - begin);
    return send_all(c, c->chunk, (size_t)length + (size_t)(end - begin));
  }
  if (!send_all(c, headers, (size_t)length)) return 0;
  COUNT(c, sent, end - begin);
  while (begin < end) {
    uint64_t room = BLOCK - begin % BLOCK, piece = end - begin < room ? end - begin : room;
    number(c->block, begin / BLOCK);
    if (!send_all(c, c->block + begin % BLOCK, piece)) return 0;
    begin += piece;
  }
  return 1;
}

static int report(Connection *c) {
  char *out = malloc(CLIENTS * 1024), *at = out;
  at += sprintf(at, "{");
  pthread_mutex_lock(&counting);
  for (int i = 0; i < CLIENTS && clients[i].name[0]; i++) {
    Client *k = &clients[i];
    at += sprintf(at,
                  "%s\"%s\": {\"requests\": %lu, \"refused\": %lu, \"puts\": %lu, \"objects\": %lu, "
                  "\"deleted\": %lu, \"received\": %lu, \"sent\": %lu, \"digests\": {",
                  i ? ", " : "", k->name, k->requests, k->refused, k->puts, k->objects, k->deleted,
                  k->received, k->sent);
    for (int sum = 0; sum < SUMS; sum++)
      at += sprintf(at, "%s\"%s\": %lu", sum ? ", " : "", SUM[sum], k->sums[sum]);
    at += sprintf(at, "}}");
  }
  memset(clients, 0, sizeof clients);
  pthread_mutex_unlock(&counting);
  at += sprintf(at, "}");
  int done = answer(c, "200 OK", "Content-Type: application/json\r\n", out, (size_t)(at - out));
  free(out);
  return done;
}

/* Read one head and answer it; 0 when the connection is to be closed. */
static int serve_one(Connection *c) {
  char *end;
  for (;;) {
    c->buffer[c->have] = 0;
    end = c->used < c->have ? strstr((char *)c->buffer + c->used, "\r\n\r\n") : NULL;
    if (end) break;
    if (!read_more(c)) return 0;
  }
  size_t size = (size_t)(end - (char *)c->buffer) - c->used;
  memcpy(c->head, c->buffer + c->used, size);
  c->head[size] = 0, c->head_size = size;
  c->used += size + 4;
  char *mark, *line = strtok_r(c->head, "\r\n", &mark);
  c->method = line;
  c->target = line ? strchr(line, ' ') : NULL;
  char *version = c->target ? strchr(c->target + 1, ' ') : NULL;
  if (!version) return 0;
  *c->target++ = 0, *version = 0;
  c->headers = 0;
  while ((line = strtok_r(NULL, "\r\n", &mark)) && c->headers < HEADERS) {
    char *colon = strchr(line, ':');
    if (!colon) return 0;
    *colon++ = 0;
    while (*colon == ' ') colon++;
    for (char *tail = colon + strlen(colon); tail > colon && tail[-1] == ' ';) *--tail = 0;
    c->header[c->headers].name = line, c->header[c->headers++].value = colon;
  }
  c->path = c->target;
  c->query = strchr(c->target, '?');
  if (c->query) *c->query++ = 0;
  c->client[0] = 0;
  if (!strcmp(c->path, "/.sink/report")) return report(c);
  int good = signed_rightly(c);
  if (!c->client[0]) strcpy(c->client, "nobody");
  COUNT(c, requests, 1);
  if (!good) {
    refuse(c, "403 Forbidden", "SignatureDoesNotMatch", "the signature is not the request's");
    return 0;
  }
  const char *connection = header(c, "connection");
  int keep = !connection || strcasecmp(connection, "close"), done;
  if (!strcmp(c->method, "PUT")) done = put(c);
  else if (!strcmp(c->method, "POST")) done = post(c);
  else if (!strcmp(c->method, "DELETE")) {
    if (!parameter(c, "uploadId")) COUNT(c, deleted, 1);
    done = answer(c, "204 No Content", "", "", 0);
  } else if (!strcmp(c->method, "GET") || !strcmp(c->method, "HEAD")) done = get(c);
  else done = refuse(c, "405 Method Not Allowed", "MethodNotAllowed", "no such method here");
  return done && keep;
}

static SSL_CTX *context;

static void *serve(void *given) {
  int socket = (int)(intptr_t)given, on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  Connection *c = malloc(sizeof *c);
  c->have = c->used = 0;
  memcpy(c->block, pattern_block, BLOCK);
  c->tls = SSL_new(context);
  SSL_set_fd(c->tls, socket);
  if (SSL_accept(c->tls) > 0)
    while (serve_one(c)) continue;
  SSL_shutdown(c->tls);
  SSL_free(c->tls);
  close(socket);
  free(c);
  return NULL;
}

static void *watch(void *unused) { /* end with whoever started this */
  char byte;
  (void)unused;
  while (read(0, &byte, 1) > 0) continue;
  exit(0);
}

int main(int count, char **arguments) {
  if (count != 4) return fprintf(stderr, "sink CERTIFICATE KEY SECRET\n"), 2;
  secret = arguments[3];
  signal(SIGPIPE, SIG_IGN);
  prepare_checksums();
  prepare_pattern();
  context = SSL_CTX_new(TLS_server_method());
  if (SSL_CTX_use_certificate_chain_file(context, arguments[1]) != 1 ||
      SSL_CTX_use_PrivateKey_file(context, arguments[2], SSL_FILETYPE_PEM) != 1)
    return ERR_print_errors_fp(stderr), 1;
  int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  if (bind(listener, (struct sockaddr *)&address, length) || listen(listener, 512))
    return perror("listen"), 1;
  getsockname(listener, (struct sockaddr *)&address, &length);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  pthread_t thread;
  pthread_attr_t detached;
  pthread_attr_init(&detached);
  pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
  pthread_create(&thread, &detached, watch, NULL);
  for (;;) {
    int socket = accept(listener, NULL, NULL);
    if (socket >= 0) pthread_create(&thread, &detached, serve, (void *)(intptr_t)socket);
  }
}
