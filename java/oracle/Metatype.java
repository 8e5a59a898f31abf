import java.io.File;
import java.io.FileInputStream;
import java.io.InputStream;
import java.util.Arrays;
import java.util.TreeMap;
import org.apache.felix.metatype.AD;
import org.apache.felix.metatype.Designate;
import org.apache.felix.metatype.MetaData;
import org.apache.felix.metatype.MetaDataReader;
import org.apache.felix.metatype.OCD;

/**
 * Reads metatype documents with Felix's own reader and prints them.
 *
 * Arguments: the documents. Output, tab-separated: "document"; for each designation "pid" or "factory", PID and class;
 * for each attribute of a class, sorted by class and id, "attribute", class, id, number of the type as in
 * AttributeDefinition, cardinality, "required" or "optional", and the options separated by blanks.
 */
public final class Metatype {

    private Metatype() {
    }

    public static void main(String[] arguments) throws Exception {
        for (String argument : arguments) {
            System.out.println("document");
            try (InputStream document = new FileInputStream(new File(argument))) {
                print(new MetaDataReader().parse(document));
            }
        }
    }

    private static void print(MetaData data) {
        if (data.getDesignates() == null) {
            return;
        }
        for (Object each : data.getDesignates()) {
            Designate designate = (Designate) each;
            boolean factory = designate.getFactoryPid() != null;
            System.out.println((factory ? "factory\t" + designate.getFactoryPid() : "pid\t" + designate.getPid())
                + "\t" + designate.getObject().getOcdRef());
        }
        for (Object each : new TreeMap<Object, Object>(data.getObjectClassDefinitions()).values()) {
            OCD definition = (OCD) each;
            if (definition.getAttributeDefinitions() == null) {
                continue;
            }
            for (Object one : new TreeMap<Object, Object>(definition.getAttributeDefinitions()).values()) {
                AD attribute = (AD) one;
                String[] options = attribute.getOptionValues();
                System.out.println(String.join("\t", "attribute", definition.getID(), attribute.getID(),
                    String.valueOf(attribute.getType()), String.valueOf(attribute.getCardinality()),
                    attribute.isRequired() ? "required" : "optional",
                    options == null ? "" : String.join(" ", sorted(options))));
            }
        }
    }

    private static String[] sorted(String[] texts) {
        String[] copy = texts.clone();
        Arrays.sort(copy);
        return copy;
    }
}
