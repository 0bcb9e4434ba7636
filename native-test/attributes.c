// SPDX-License-Identifier: Apache-2.0
// attributes MOUNTPOINT: walks the tree and checks what stat, statfs, access, readlink and the xattr calls say of each node.
#define _GNU_SOURCE
#include <ftw.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <sys/xattr.h>

#include "check.h"

static dev_t device;
static long nodes, sparse;

static int visit(const char *path, const struct stat *st, int kind, struct FTW *where) {
  (void)where;
  nodes++;
  CHECK(kind != FTW_NS && kind != FTW_DNR, "%s: cannot be looked at", path);
  CHECK(st->st_dev == device, "%s: another device", path);
  CHECK(st->st_ino != 0, "%s: inode 0", path);
  CHECK(st->st_uid == getuid() && st->st_gid == getgid(), "%s: owner %d:%d", path, st->st_uid, st->st_gid);
  CHECK(S_ISLNK(st->st_mode) || (st->st_mode & 07222) == 0, "%s: mode %o has write, setuid, setgid or sticky bits", path, st->st_mode);
  CHECK(S_ISREG(st->st_mode) || S_ISDIR(st->st_mode) || S_ISLNK(st->st_mode), "%s: type %o", path, st->st_mode & S_IFMT);
  CHECK(st->st_nlink >= 1, "%s: no links", path);
  CHECK(st->st_blksize >= 512, "%s: st_blksize %ld", path, (long)st->st_blksize);
  CHECK(st->st_mtim.tv_nsec >= 0 && st->st_mtim.tv_nsec < 1000000000, "%s: nanoseconds of mtime", path);
  if (S_ISREG(st->st_mode)) {
    CHECK((st->st_mode & 0400) != 0, "%s: mode %o: not readable for its owner", path, st->st_mode);
    CHECK(st->st_size >= 0, "%s: size %lld", path, (long long)st->st_size);
    CHECK(st->st_blocks <= (st->st_size + 4095) / 4096 * 8, "%s: %lld blocks for %lld bytes", path, (long long)st->st_blocks,
          (long long)st->st_size);
    if (st->st_blocks * 512 < st->st_size) sparse++;
    CHECK(access(path, R_OK) == 0, "%s: not readable", path);
    CHECK(access(path, X_OK) == 0 || (st->st_mode & 0111) == 0, "%s: mode %o, but not executable", path, st->st_mode);
  } else if (S_ISDIR(st->st_mode)) {
    CHECK((st->st_mode & 0500) == 0500, "%s: mode %o: cannot be entered by its owner", path, st->st_mode);
    CHECK(access(path, R_OK | X_OK) == 0, "%s: cannot be entered", path);
  } else {
    char target[4097];
    ssize_t n = readlink(path, target, sizeof target);
    CHECK(n > 0 && n == st->st_size, "%s: readlink %zd, size %lld", path, n, (long long)st->st_size);
  }
  char value[100];
  errno = 0;
  CHECK(lgetxattr(path, "user.none", value, sizeof value) == -1 && (errno == ENODATA || errno == ENOTSUP || errno == EPERM),
        "%s: lgetxattr: %s", path, strerror(errno));
  ssize_t list = llistxattr(path, value, sizeof value);
  CHECK(list == 0 || (list == -1 && errno == ENOTSUP), "%s: llistxattr %zd: %s", path, list, strerror(errno));
  return 0;
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fputs("usage: attributes MOUNTPOINT\n", stderr);
    return 2;
  }
  struct stat root;
  NEED(stat(argv[1], &root) == 0, "stat %s", argv[1]);
  device = root.st_dev;
  NEED(nftw(argv[1], visit, 20, FTW_PHYS) == 0, "nftw");
  CHECK(nodes > 10, "only %ld nodes", nodes);
  CHECK(sparse > 0, "no file is sparse");

  struct statvfs fs;
  NEED(statvfs(argv[1], &fs) == 0, "statvfs");
  CHECK(fs.f_bsize >= 512 && fs.f_frsize >= 512, "block sizes %lu and %lu", fs.f_bsize, fs.f_frsize);
  CHECK(fs.f_namemax >= 255, "names of %lu bytes", fs.f_namemax);
  CHECK(fs.f_bavail == 0 && fs.f_bfree == 0, "room for %llu blocks in a read-only tree", (unsigned long long)fs.f_bavail);
  CHECK((fs.f_flag & ST_RDONLY) != 0, "not mounted read-only");
  CHECK((fs.f_flag & ST_NOSUID) != 0 && (fs.f_flag & ST_NODEV) != 0, "mounted with setuid or devices");

  char missing[4200];
  struct stat st;
  snprintf(missing, sizeof missing, "%s/no such node", argv[1]);
  CHECK(stat(missing, &st) == -1 && errno == ENOENT, "stat of nothing: %s", strerror(errno));
  snprintf(missing, sizeof missing, "%s/qubes.xml/x", argv[1]);
  CHECK(stat(missing, &st) == -1 && errno == ENOTDIR, "stat below a file: %s", strerror(errno));
  snprintf(missing, sizeof missing, "%s/%0300d", argv[1], 7);
  CHECK(stat(missing, &st) == -1 && (errno == ENAMETOOLONG || errno == ENOENT), "stat of a long name: %s", strerror(errno));
  CHECK(open(argv[1], O_RDWR) == -1 && (errno == EISDIR || errno == EROFS), "open of a directory for writing: %s", strerror(errno));
  return verdict("attributes");
}
