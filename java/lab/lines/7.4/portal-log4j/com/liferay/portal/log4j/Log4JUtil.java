package com.liferay.portal.log4j;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Scanner;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.config.ConfigurationSource;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.xml.XmlConfiguration;

/**
 * Stand-in for the class of the same name, which is not on Maven Central: reads portal-impl's own
 * META-INF/portal-log4j.xml, so that appenders, levels and the line layout are Liferay's.
 */
public class Log4JUtil {

    public static void configureLog4J(ClassLoader classLoader) {
        URL url = classLoader.getResource("META-INF/portal-log4j.xml");

        if (url != null) {
            configureLog4J(url);
        }
    }

    public static void configureLog4J(URL url) {
        try (InputStream in = url.openStream()) {
            String xml = new Scanner(in, StandardCharsets.UTF_8.name()).useDelimiter("\\A").next();
            File home = new File(com.liferay.portal.util.PropsUtil.get("liferay.home")).getCanonicalFile();

            xml = xml.replace("@liferay.home@", home.getPath()).replace("@spi.id@", "");

            // The appender of its type, one log a company, is Liferay's own and cannot be had either.
            xml = xml.replaceAll("(?s)<Appender [^>]*type=\"CompanyLogRouting\".*?</Appender>", "").replaceAll(
                "<AppenderRef ref=\"COMPANY_LOG_ROUTING_[A-Z_]*\" */>", "");

            new File(home, "logs").mkdirs();

            LoggerContext context = (LoggerContext)LogManager.getContext(Log4JUtil.class.getClassLoader(), false);

            Configurator.reconfigure(
                new XmlConfiguration(
                    context, new ConfigurationSource(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)))));
        }
        catch (Exception exception) {
            throw new IllegalStateException("cannot configure log4j", exception);
        }
    }

    public static Map<String, String> getCustomLogSettings() {
        return new HashMap<>();
    }

    public static void shutdownLog4J() {
        LogManager.shutdown();
    }

}
