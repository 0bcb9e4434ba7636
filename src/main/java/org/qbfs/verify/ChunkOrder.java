// SPDX-License-Identifier: Apache-2.0
package org.qbfs.verify;

import java.util.ArrayList;
import java.util.List;
import org.qbfs.backup.Chunk;

/**
 * Gives out the chunks of all files in their order, not far ahead of where decoding is: what was authenticated should
 * still be in the kernel's memory when it is decoded. Safe for many threads.
 */
final class ChunkOrder {
    private final List<Task> tasks = new ArrayList<>();
    private final List<FileCheck> files;
    /** The first task of each file. */
    private final int[] starts;
    private final int ahead;
    /** Guarded by this. */
    private int next;
    private int firstOpenFile;
    private boolean stopped;

    /** A chunk to authenticate. */
    record Task(FileCheck file, Chunk chunk) {}

    /** The chunks of {@code files}, given out up to {@code ahead} chunks ahead of decoding. */
    ChunkOrder(List<FileCheck> files, int ahead) {
        this.files = files;
        this.ahead = ahead;
        this.starts = new int[files.size() + 1];
        for (int i = 0; i < files.size(); i++) {
            for (Chunk chunk : files.get(i).group().chunks()) {
                tasks.add(new Task(files.get(i), chunk));
            }
            starts[i + 1] = tasks.size();
        }
    }

    /** The next chunk, once it is near enough to decoding; null when there are no more. */
    synchronized Task take() throws InterruptedException {
        while (!stopped && next < tasks.size() && next >= limit()) {
            wait();
        }
        return stopped || next >= tasks.size() ? null : tasks.get(next++);
    }

    /** Some of those that will be given out next. */
    synchronized List<Chunk> upcoming() {
        return tasks.subList(next, Math.max(next, Math.min(limit(), tasks.size()))).stream().map(Task::chunk).toList();
    }

    /** Decoding has come further. */
    synchronized void progress() {
        notifyAll();
    }

    synchronized void stop() {
        stopped = true;
        notifyAll();
    }

    /** Behind the last task that may be given out now. */
    private int limit() {
        while (firstOpenFile < files.size() && files.get(firstOpenFile).decodedPart() >= 1) {
            firstOpenFile++;
        }
        if (firstOpenFile == files.size()) {
            return tasks.size();
        }
        int count = starts[firstOpenFile + 1] - starts[firstOpenFile];
        return starts[firstOpenFile] + (int) (files.get(firstOpenFile).decodedPart() * count) + ahead;
    }
}
