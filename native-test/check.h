// SPDX-License-Identifier: Apache-2.0
// What the programs here share: a check that counts, and a stop for what makes the rest pointless.
#ifndef CHECK_H
#define CHECK_H

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static atomic_int failures;

// After 20 failures of one program the rest says nothing new.
#define CHECK(condition, ...)                                             \
  do {                                                                    \
    if (!(condition) && atomic_fetch_add(&failures, 1) < 20) {            \
      fprintf(stderr, "%s:%d: ", __FILE__, __LINE__);                     \
      fprintf(stderr, __VA_ARGS__);                                       \
      fputc('\n', stderr);                                                \
    }                                                                     \
  } while (0)

#define NEED(condition, ...)                                              \
  do {                                                                    \
    if (!(condition)) {                                                   \
      fprintf(stderr, "%s:%d: ", __FILE__, __LINE__);                     \
      fprintf(stderr, __VA_ARGS__);                                       \
      fprintf(stderr, ": %s\n", strerror(errno));                         \
      exit(1);                                                            \
    }                                                                     \
  } while (0)

static inline int open_or_stop(const char *path) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  NEED(fd >= 0, "open %s", path);
  return fd;
}

static inline off_t size_of(int fd) {
  struct stat st;
  NEED(fstat(fd, &st) == 0, "fstat");
  return st.st_size;
}

// Reads until len bytes are there or the file ends; an error is -1.
static inline ssize_t pread_all(int fd, char *buf, size_t len, off_t offset) {
  size_t done = 0;
  while (done < len) {
    ssize_t n = pread(fd, buf + done, len - done, offset + (off_t)done);
    if (n < 0) return -1;
    if (n == 0) break;
    done += (size_t)n;
  }
  return (ssize_t)done;
}

// xorshift64: the same numbers on every machine for one seed.
static inline uint64_t next_random(uint64_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

static inline int verdict(const char *program) {
  int n = atomic_load(&failures);
  if (n) fprintf(stderr, "%s: %d checks failed\n", program, n);
  return n ? 1 : 0;
}

#endif
