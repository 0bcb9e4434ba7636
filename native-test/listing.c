// SPDX-License-Identifier: Apache-2.0
// listing DIRECTORY COUNT: a directory with many entries, from 8 threads at once: each name once, each can be found, types
// agree with lstat, and telldir, seekdir and rewinddir come back to the same place.
#define _GNU_SOURCE
#include <dirent.h>
#include <pthread.h>

#include "check.h"

static const char *directory;
static long expected;

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static unsigned char type_of(mode_t mode) {
  return S_ISDIR(mode) ? DT_DIR : S_ISREG(mode) ? DT_REG : S_ISLNK(mode) ? DT_LNK : DT_UNKNOWN;
}

static void *lister(void *unused) {
  (void)unused;
  DIR *dir = opendir(directory);
  NEED(dir, "opendir %s", directory);
  char **names = calloc((size_t)expected + 10, sizeof *names);
  NEED(names, "calloc");
  long count = 0, dots = 0, place = -1;
  char after_place[256] = "";
  struct dirent *entry;
  errno = 0;
  while ((entry = readdir(dir)) != NULL && count < expected + 10) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
      dots++;
      continue;
    }
    if (place >= 0 && after_place[0] == 0) snprintf(after_place, sizeof after_place, "%s", entry->d_name);
    names[count++] = strdup(entry->d_name);
    if (count == expected / 2) place = telldir(dir);
    if (count % 97 == 0) {
      struct stat st;
      CHECK(fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0, "lstat %s: %s", entry->d_name, strerror(errno));
      CHECK(entry->d_type == DT_UNKNOWN || entry->d_type == type_of(st.st_mode), "%s: type %d, mode %o", entry->d_name,
            entry->d_type, st.st_mode);
    }
    errno = 0;
  }
  CHECK(errno == 0, "readdir: %s", strerror(errno));
  CHECK(count == expected, "%ld entries, expected %ld", count, expected);
  CHECK(dots == 2, "%ld of . and ..", dots);
  if (place >= 0 && after_place[0]) {
    seekdir(dir, place);
    entry = readdir(dir);
    CHECK(entry && strcmp(entry->d_name, after_place) == 0, "after seekdir: %s, expected %s", entry ? entry->d_name : "the end",
          after_place);
  }
  rewinddir(dir);
  long again = 0;
  while (readdir(dir) != NULL) again++;
  CHECK(again == count + dots, "%ld entries after rewinddir, %ld before", again, count + dots);
  qsort(names, (size_t)count, sizeof *names, by_name);
  for (long i = 1; i < count; i++) CHECK(strcmp(names[i - 1], names[i]) != 0, "%s: twice", names[i]);
  for (long i = 0; i < count; i++) free(names[i]);
  free(names);
  closedir(dir);
  return NULL;
}

int main(int argc, char **argv) {
  if (argc != 3) {
    fputs("usage: listing DIRECTORY COUNT\n", stderr);
    return 2;
  }
  directory = argv[1];
  expected = atol(argv[2]);
  pthread_t ids[8];
  for (int i = 0; i < 8; i++) NEED(pthread_create(&ids[i], NULL, lister, NULL) == 0, "pthread_create");
  for (int i = 0; i < 8; i++) pthread_join(ids[i], NULL);
  return verdict("listing");
}
