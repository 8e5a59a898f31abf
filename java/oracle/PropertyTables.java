import java.lang.reflect.Field;
import java.lang.reflect.Modifier;

/**
 * Loads the real class that holds Liferay's tables of old property keys and prints them.
 *
 * Argument: the class. Output, one line per row: the field, then the texts of the row, tab-separated.
 */
public final class PropertyTables {

    private PropertyTables() {
    }

    public static void main(String[] arguments) throws Exception {
        for (Field field : Class.forName(arguments[0]).getDeclaredFields()) {
            if (!Modifier.isStatic(field.getModifiers()) || !field.getType().isArray()) {
                continue;
            }
            field.setAccessible(true);
            for (Object row : (Object[]) field.get(null)) {
                String texts = row instanceof String[] ? String.join("\t", (String[]) row) : (String) row;
                System.out.println(field.getName() + "\t" + texts);
            }
        }
    }
}
