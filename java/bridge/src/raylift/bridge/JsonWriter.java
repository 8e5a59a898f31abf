package raylift.bridge;

import java.util.List;
import java.util.Map;

/** Writes maps, lists, strings, whole numbers, booleans and nulls as JSON on one line. */
class JsonWriter {

    static String write(Object value) {
        StringBuilder text = new StringBuilder();

        _write(value, text);

        return text.toString();
    }

    private static void _write(Object value, StringBuilder text) {
        if (value == null || value instanceof Boolean || value instanceof Long || value instanceof Integer) {
            text.append(value);
        }
        else if (value instanceof Map) {
            String separator = "{";

            for (Map.Entry<?, ?> entry : ((Map<?, ?>)value).entrySet()) {
                text.append(separator);
                _writeString(String.valueOf(entry.getKey()), text);
                text.append(':');
                _write(entry.getValue(), text);
                separator = ",";
            }

            text.append(((Map<?, ?>)value).isEmpty() ? "{}" : "}");
        }
        else if (value instanceof List) {
            String separator = "";

            text.append('[');

            for (Object element : (List<?>)value) {
                text.append(separator);
                _write(element, text);
                separator = ",";
            }

            text.append(']');
        }
        else {
            _writeString(value.toString(), text);
        }
    }

    private static void _writeString(String string, StringBuilder text) {
        text.append('"');

        for (int i = 0; i < string.length(); i++) {
            char character = string.charAt(i);

            if (character == '"' || character == '\\') {
                text.append('\\').append(character);
            }
            else if (character < ' ' || Character.isSurrogate(character) || character == '\u2028' ||
                     character == '\u2029' || character == '\u007f') {

                // Half a pair is legal in Java and in a column, but not in UTF-8.
                text.append(_isHalf(string, i) ? "\\ufffd" : String.format("\\u%04x", (int)character));
            }
            else {
                text.append(character);
            }
        }

        text.append('"');
    }

    private static boolean _isHalf(String string, int index) {
        char character = string.charAt(index);

        if (Character.isHighSurrogate(character)) {
            return index + 1 == string.length() || !Character.isLowSurrogate(string.charAt(index + 1));
        }

        return Character.isLowSurrogate(character) && (index == 0 || !Character.isHighSurrogate(string.charAt(index - 1)));
    }

}
