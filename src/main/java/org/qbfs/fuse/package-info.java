// SPDX-License-Identifier: Apache-2.0
/**
 * The mount: an adapter between the tree and libfuse, the only package that knows jnr-fuse, native buffers
 * and errno. May import everything above it.
 */
package org.qbfs.fuse;
