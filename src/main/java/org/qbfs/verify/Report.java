// SPDX-License-Identifier: Apache-2.0
package org.qbfs.verify;

import java.util.List;

/**
 * What was found up to now. Immutable.
 *
 * @param files every file that was to be read, in the order of the backup
 * @param findings what is wrong, in the same order
 * @param leftOut the VMs that were not asked for, of which nothing is known
 * @param bytes of the backup file that were authenticated
 * @param complete whether all that was asked for has been read
 */
public record Report(List<FileState> files, List<Finding> findings, List<String> leftOut, long bytes, boolean complete) {
    /** Copies the lists. */
    public Report {
        files = List.copyOf(files);
        findings = List.copyOf(findings);
        leftOut = List.copyOf(leftOut);
    }

    /** Whether anything of {@code kind} was found. */
    public boolean has(Finding.Kind kind) {
        return findings.stream().anyMatch(finding -> finding.kind() == kind);
    }
}
