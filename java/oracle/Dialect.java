import java.lang.reflect.Field;
import java.lang.reflect.Method;

/**
 * What Liferay's own database classes make of the types in its SQL: their tables of words, {@code BaseDB.TEMPLATE} and
 * {@code getTemplate()}. One line for each class and word: class, Liferay's word, the vendor's.
 *
 * <p>Their {@code buildSQL} puts these words in, but wants the whole portal on MySQL.
 */
public class Dialect {

    public static void main(String[] arguments) throws Exception {
        Class<?> base = Class.forName("com.liferay.portal.dao.db.BaseDB");
        Field words = base.getDeclaredField("TEMPLATE");

        words.setAccessible(true);

        for (String name : new String[] {"HypersonicDB", "PostgreSQLDB", "MySQLDB", "MariaDBDB"}) {
            Class<?> type = Class.forName("com.liferay.portal.dao.db." + name);
            Object database = type.getConstructor(int.class, int.class).newInstance(10, 0);
            Method template = base.getDeclaredMethod("getTemplate");

            template.setAccessible(true);

            String[] from = (String[])words.get(null);
            String[] to = (String[])template.invoke(database);

            for (int i = 0; i < from.length; i++) {
                // The types are the words with a blank before them.
                if (from[i].startsWith(" ")) {
                    System.out.println(name + "\t" + from[i].trim() + "\t" + to[i].trim());
                }
            }
        }
    }

}
