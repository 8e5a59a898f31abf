package com.liferay.petra.log4j;

import java.io.File;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Scanner;

import javax.xml.parsers.DocumentBuilderFactory;

import org.apache.log4j.Level;
import org.apache.log4j.LogManager;
import org.apache.log4j.xml.DOMConfigurator;

import org.w3c.dom.Document;
import org.xml.sax.InputSource;

/**
 * Stand-in for the class of the same name, which is not on Maven Central: reads portal-impl's own
 * META-INF/portal-log4j.xml, so that appenders, levels and the line layout are Liferay's.
 */
public class Log4JUtil {

    public static void configureLog4J(ClassLoader classLoader) {
        try (InputStream in = classLoader.getResourceAsStream("META-INF/portal-log4j.xml")) {
            if (in == null) {
                return;
            }

            String xml = new Scanner(in, StandardCharsets.UTF_8.name()).useDelimiter("\\A").next();
            File home = new File(com.liferay.portal.util.PropsUtil.get("liferay.home")).getCanonicalFile();

            xml = xml.replace("@liferay.home@", home.getPath()).replace("@spi.id@", "");

            // The document type names a file of log4j 1.2 that would be looked up next to the working folder.
            xml = xml.replaceAll("<!DOCTYPE[^>]*>", "");

            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            Document document = factory.newDocumentBuilder().parse(new InputSource(new StringReader(xml)));

            new File(home, "logs").mkdirs();
            DOMConfigurator.configure(document.getDocumentElement());
        }
        catch (Exception exception) {
            throw new IllegalStateException("cannot configure log4j", exception);
        }
    }

    public static Map<String, String> getCustomLogSettings() {
        return new HashMap<>();
    }

    public static void setLevel(String name, String priority, boolean custom) {
        LogManager.getLogger(name).setLevel(Level.toLevel(priority));
    }

    public static void shutdownLog4J() {
        LogManager.shutdown();
    }

}
