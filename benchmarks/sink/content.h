/* Checksums of bodies, and the pattern that every object consists of. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>

enum { BLOCK = 1 << 20 };

/* --- checksums: one table-driven CRC for all three, and a folded one where the CPU has it --- */

typedef uint64_t Table[8][256];
static Table CRC32, CRC32C, CRC64;

static void make_table(Table table, uint64_t polynomial) {
  for (int byte = 0; byte < 256; byte++) {
    uint64_t crc = (uint64_t)byte;
    for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >> 1 ^ polynomial : crc >> 1;
    table[0][byte] = crc;
  }
  for (int slice = 1; slice < 8; slice++)
    for (int byte = 0; byte < 256; byte++) {
      uint64_t before = table[slice - 1][byte];
      table[slice][byte] = table[0][before & 255] ^ before >> 8;
    }
}

/* Without the inversions at begin and end, so that pieces can follow each other. */
static uint64_t crc_by_table(Table table, uint64_t crc, const uint8_t *data, size_t size) {
  for (; size >= 8; data += 8, size -= 8) {
    uint64_t word;
    memcpy(&word, data, 8);
    word ^= crc;
    crc = 0;
    for (int slice = 7; slice >= 0; slice--, word >>= 8) crc ^= table[slice][word & 255];
  }
  for (; size; size--) crc = table[0][(crc ^ *data++) & 255] ^ crc >> 8;
  return crc;
}

/* x^power modulo CRC64NVME's polynomial, reflected: what a CRC becomes when zeros follow. */
static uint64_t shifted(uint64_t crc, uint64_t zero_bits) {
  for (; zero_bits; zero_bits--)
    crc = crc & 1 ? crc >> 1 ^ UINT64_C(0x9a6c9329ac4bc9b5) : crc >> 1;
  return crc;
}

static uint64_t times(uint64_t a, uint64_t b) { /* product of two reflected polynomials */
  uint64_t product = 0;
  for (int bit = 0; bit < 64; bit++) {
    if (b >> 63) product ^= a;
    b <<= 1;
    a = shifted(a, 1);
  }
  return product;
}

/* The CRC64NVME of two pieces after each other, from those of each. */
static uint64_t crc64_joined(uint64_t first, uint64_t second, uint64_t second_size) {
  uint64_t factor = UINT64_C(1) << 63, square = shifted(factor, 8); /* 1 and x^8 */
  for (; second_size; second_size >>= 1, square = times(square, square))
    if (second_size & 1) factor = times(factor, square);
  return times(first, factor) ^ second;
}

#if defined(__x86_64__)
#include <immintrin.h>
static int folds;
static uint64_t FOLD[4]; /* x^(512+64), x^512 for four lanes; x^(128+64), x^128 for one */

__attribute__((target("pclmul,sse4.1"))) static __m128i fold(__m128i lane, __m128i by, __m128i next) {
  __m128i low = _mm_clmulepi64_si128(lane, by, 0x00), high = _mm_clmulepi64_si128(lane, by, 0x11);
  return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

__attribute__((target("pclmul,sse4.1"))) static uint64_t crc64_folded(uint64_t crc,
                                                                        const uint8_t *data,
                                                                        size_t size) {
  const __m128i *from = (const __m128i *)data;
  __m128i lanes[4], by4 = _mm_loadu_si128((__m128i *)FOLD), by1 = _mm_loadu_si128((__m128i *)FOLD + 1);
  for (int i = 0; i < 4; i++) lanes[i] = _mm_loadu_si128(from + i);
  lanes[0] = _mm_xor_si128(lanes[0], _mm_set_epi64x(0, (long long)crc));
  for (from += 4, size -= 64; size >= 64; from += 4, size -= 64)
    for (int i = 0; i < 4; i++) lanes[i] = fold(lanes[i], by4, _mm_loadu_si128(from + i));
  for (int i = 1; i < 4; i++) lanes[0] = fold(lanes[0], by1, lanes[i]);
  uint8_t rest[16];
  _mm_storeu_si128((__m128i *)rest, lanes[0]);
  return crc_by_table(CRC64, crc_by_table(CRC64, 0, rest, 16), (const uint8_t *)from, size);
}
#endif

static uint64_t crc64(uint64_t crc, const uint8_t *data, size_t size) {
#if defined(__x86_64__)
  if (folds && size >= 128) return crc64_folded(crc, data, size);
#endif
  return crc_by_table(CRC64, crc, data, size);
}

static void prepare_checksums(void) {
  make_table(CRC32, 0xedb88320);
  make_table(CRC32C, 0x82f63b78);
  make_table(CRC64, UINT64_C(0x9a6c9329ac4bc9b5));
#if defined(__x86_64__)
  uint64_t one = UINT64_C(1) << 63;
  /* A reflected product of two 64-bit lanes comes out one bit short: hence the odd powers. */
  FOLD[0] = shifted(one, 512 + 64 - 1), FOLD[1] = shifted(one, 512 - 1);
  FOLD[2] = shifted(one, 128 + 64 - 1), FOLD[3] = shifted(one, 128 - 1);
  if (!__builtin_cpu_supports("pclmul") || !__builtin_cpu_supports("sse4.1")) return;
  uint8_t sample[1000];
  for (int i = 0; i < 1000; i++) sample[i] = (uint8_t)(i * 31 + i / 7);
  folds = 1; /* and only where it agrees with the table */
  for (size_t size = 128; size <= 1000; size++)
    folds = folds && crc64_folded(size, sample, size) == crc_by_table(CRC64, size, sample, size);
#endif
}

/* --- the pattern that every object consists of --- */

static uint8_t pattern_block[BLOCK];

static void prepare_pattern(void) {
  uint64_t state = UINT64_C(0x9e3779b97f4a7c15);
  for (int i = 0; i < BLOCK; i += 8) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    memcpy(pattern_block + i, &state, 8);
  }
}

/* Fill `block` with the pattern's block of that number: the number stands in its first 8 bytes. */
static void number(uint8_t *block, uint64_t which) { memcpy(block, &which, 8); }

typedef struct { uint64_t size, crc; char md5[33]; } Pattern;

/* The pattern of that size: its CRC64NVME, and its MD5 in hex as S3's ETag has it. */
static Pattern pattern(uint64_t size) {
  static Pattern known[256];
  static int count;
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&lock);
  for (int i = 0; i < count; i++)
    if (known[i].size == size) {
      pthread_mutex_unlock(&lock);
      return known[i];
    }
  Pattern made = {.size = size, .crc = ~UINT64_C(0)};
  uint8_t digest[16], *block = malloc(BLOCK);
  EVP_MD_CTX *md5 = EVP_MD_CTX_new();
  EVP_DigestInit_ex(md5, EVP_md5(), NULL);
  memcpy(block, pattern_block, BLOCK);
  for (uint64_t at = 0; at < size; at += BLOCK) {
    size_t piece = size - at < BLOCK ? size - at : BLOCK;
    number(block, at / BLOCK);
    made.crc = crc64(made.crc, block, piece);
    EVP_DigestUpdate(md5, block, piece);
  }
  made.crc = ~made.crc;
  EVP_DigestFinal_ex(md5, digest, NULL);
  for (int i = 0; i < 16; i++) sprintf(made.md5 + 2 * i, "%02x", digest[i]);
  EVP_MD_CTX_free(md5);
  free(block);
  if (count < 256) known[count++] = made;
  pthread_mutex_unlock(&lock);
  return made;
}
