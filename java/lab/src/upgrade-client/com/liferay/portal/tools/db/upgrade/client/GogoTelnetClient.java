package com.liferay.portal.tools.db.upgrade.client;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A session with the Gogo shell of the second JVM; negotiates the terminal type (spec/test-bed.md 3.1). */
class GogoTelnetClient implements Closeable {

    GogoTelnetClient(String host, int port) throws IOException {
        _socket = new Socket(host, port);
        _in = _socket.getInputStream();
        _out = _socket.getOutputStream();
        _untilPrompt();
    }

    /** The answer of one command without its echo. */
    String send(String command) throws IOException {
        _out.write((command + "\r\n").getBytes(StandardCharsets.UTF_8));
        _out.flush();

        String text = _untilPrompt();
        int end = text.indexOf('\n');

        return (end < 0) ? "" : text.substring(end + 1);
    }

    @Override
    public void close() throws IOException {
        _out.write("disconnect\r\ny\r\n".getBytes(StandardCharsets.UTF_8));
        _out.flush();
        _socket.close();
    }

    private String _untilPrompt() throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();

        while (true) {
            int c = _in.read();

            if (c < 0) {
                throw new IOException("The Gogo shell closed the session");
            }

            if (c == _IAC) {
                _negotiate();

                continue;
            }

            text.write(c);

            String soFar = text.toString("UTF-8");

            if (soFar.endsWith("\ng! ") || soFar.equals("g! ")) {
                return soFar.substring(0, soFar.length() - 3).replace("\r", "");
            }
        }
    }

    private void _negotiate() throws IOException {
        int command = _in.read();
        int option = _in.read();

        if (command == _SB) {
            while (_in.read() != _SE) {
                continue;
            }

            _send(_IAC, _SB, _TERMINAL_TYPE, 0, 'V', 'T', '2', '2', '0', _IAC, _SE);
        }
        else if ((command == _DO) && (option == _TERMINAL_TYPE)) {
            _send(_IAC, _WILL, _TERMINAL_TYPE);
        }
    }

    private void _send(int... bytes) throws IOException {
        for (int b : bytes) {
            _out.write(b);
        }

        _out.flush();
    }

    private static final int _DO = 253;

    private static final int _IAC = 255;

    private static final int _SB = 250;

    private static final int _SE = 240;

    private static final int _TERMINAL_TYPE = 24;

    private static final int _WILL = 251;

    private final InputStream _in;
    private final OutputStream _out;
    private final Socket _socket;

}
