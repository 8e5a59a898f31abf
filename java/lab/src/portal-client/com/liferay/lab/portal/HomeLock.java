package com.liferay.lab.portal;

import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;

/**
 * Keeps a second portal or upgrade client off a home. The default URL of 7.2.1 switches HSQLDB's own lock file off (the
 * one of 7.2.0 does not), so that two JVMs would silently destroy the database; the stand-in refuses instead. The
 * operating system frees the lock when the JVM dies.
 */
class HomeLock {

    static HomeLock acquire(File home) throws IOException {
        File file = new File(home, "data/lab/portal.lock");

        file.getParentFile().mkdirs();

        RandomAccessFile access = new RandomAccessFile(file, "rw");

        if (access.getChannel().tryLock() == null) {
            access.close();

            throw new IllegalStateException("Another portal or upgrade client of the lab uses " + home);
        }

        return new HomeLock(access);
    }

    void release() throws IOException {
        _access.close();
    }

    private HomeLock(RandomAccessFile access) {
        _access = access;
    }

    private final RandomAccessFile _access;

}
