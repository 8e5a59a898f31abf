package com.liferay.portal.tools.db.upgrade.client;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** Lines from standard input. */
class Terminal {

    /** The answer, or the default for an empty line; the end of input is an error, since nobody can answer. */
    String ask(String question, String otherwise) throws IOException {
        System.out.print(question);
        System.out.flush();

        String line = read();

        if (line == null) {
            throw new IOException("No answer to: " + question);
        }

        return line.isEmpty() ? otherwise : line;
    }

    /** The next line, or null at the end of input. */
    String read() throws IOException {
        return _in.readLine();
    }

    private final BufferedReader _in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

}
