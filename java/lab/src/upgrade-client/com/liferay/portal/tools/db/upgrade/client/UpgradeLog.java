package com.liferay.portal.tools.db.upgrade.client;

import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;

/** What the second JVM prints, copied to the terminal and to the log; an existing log is renamed by its own date. */
class UpgradeLog {

    static UpgradeLog open(File folder, String name) throws IOException {
        File file = new File(name).isAbsolute() ? new File(name) : new File(folder, name);

        file.getParentFile().mkdirs();

        if (file.exists()) {
            Files.move(file.toPath(), new File(file.getParentFile(), file.getName() + "." + file.lastModified()).toPath());
        }

        return new UpgradeLog(new PrintStream(file, "UTF-8"));
    }

    void line(String text) {
        System.out.println(text);
        _out.println(text);
        _out.flush();
    }

    void close() {
        _out.close();
    }

    private UpgradeLog(PrintStream out) {
        _out = out;
    }

    private final PrintStream _out;

}
