package raylift.bridge;

import java.util.LinkedHashMap;
import java.util.Map;

/** Reads one flat JSON object of strings, whole numbers, booleans and nulls: all that a request needs. */
class JsonReader {

    JsonReader(String text) {
        _text = text;
    }

    Map<String, Object> readObject() {
        Map<String, Object> object = new LinkedHashMap<>();

        _expect('{');

        if (_peek() == '}') {
            _expect('}');
        }
        else {
            do {
                String key = _readString();

                _expect(':');
                object.put(key, _readValue());
            }
            while (_readSeparator());
        }

        if (_peek() != _END) {
            throw _wrong();
        }

        return object;
    }

    private boolean _readSeparator() {
        if (_peek() == ',') {
            _at++;

            return true;
        }

        _expect('}');

        return false;
    }

    private Object _readValue() {
        char first = _peek();

        if (first == '"') {
            return _readString();
        }

        int start = _at;

        while (_at < _text.length() && "+-.".indexOf(_text.charAt(_at)) >= 0 ||
               _at < _text.length() && Character.isLetterOrDigit(_text.charAt(_at))) {

            _at++;
        }

        String word = _text.substring(start, _at);

        switch (word) {
            case "null":
                return null;
            case "true":
                return true;
            case "false":
                return false;
            default:
                try {
                    return Long.valueOf(word);
                }
                catch (NumberFormatException numberFormatException) {
                    throw _wrong();
                }
        }
    }

    private String _readString() {
        StringBuilder string = new StringBuilder();

        _expect('"');

        while (true) {
            char next = _next();

            if (next == '"') {
                return string.toString();
            }

            string.append(next == '\\' ? _readEscaped() : next);
        }
    }

    private char _readEscaped() {
        char kind = _next();
        int simple = "\"\\/bfnrt".indexOf(kind);

        if (simple >= 0) {
            return "\"\\/\b\f\n\r\t".charAt(simple);
        }

        if (kind != 'u' || _at + 4 > _text.length()) {
            throw _wrong();
        }

        _at += 4;

        try {
            return (char)Integer.parseInt(_text.substring(_at - 4, _at), 16);
        }
        catch (NumberFormatException numberFormatException) {
            throw _wrong();
        }
    }

    private char _peek() {
        while (_at < _text.length() && " \t\r\n".indexOf(_text.charAt(_at)) >= 0) {
            _at++;
        }

        return _at < _text.length() ? _text.charAt(_at) : _END;
    }

    private char _next() {
        if (_at >= _text.length()) {
            throw _wrong();
        }

        return _text.charAt(_at++);
    }

    private void _expect(char wanted) {
        if (_peek() != wanted) {
            throw _wrong();
        }

        _at++;
    }

    /** Says the place and never the text: the text may hold the password. */
    private IllegalArgumentException _wrong() {
        return new IllegalArgumentException("the request is wrong at character " + _at);
    }

    private static final char _END = '\0';

    private int _at;
    private final String _text;

}
