package com.liferay.lab.shielded;

import java.io.File;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EventListener;
import java.util.List;
import java.util.Set;

import javax.servlet.Servlet;
import javax.servlet.ServletContainerInitializer;
import javax.servlet.ServletContext;
import javax.servlet.ServletException;
import javax.servlet.ServletRegistration;

import javax.xml.parsers.DocumentBuilderFactory;

import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Stand-in for Liferay 7.4's shielded container: gives the portal a class loader of its own with the JARs of
 * WEB-INF/shielded-container-lib below the web application's, and registers what WEB-INF/shielded-container-web.xml
 * names out of it. Of that file only listeners, servlets and their mappings count.
 */
public class ShieldedContainer implements ServletContainerInitializer {

    @Override
    public void onStartup(Set<Class<?>> types, ServletContext context) throws ServletException {
        if (context.getResourceAsStream(_WEB_XML) == null) {
            return;
        }

        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();

        try (InputStream in = context.getResourceAsStream(_WEB_XML)) {
            ClassLoader shield = _shield(new File(context.getRealPath(_LIBRARIES)));
            Document document = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(in);

            thread.setContextClassLoader(shield);
            _register(context, shield, document);
        }
        catch (Exception exception) {
            throw new ServletException(exception);
        }
        finally {
            thread.setContextClassLoader(before);
        }
    }

    private static ClassLoader _shield(File folder) throws Exception {
        File[] files = folder.listFiles((parent, name) -> name.endsWith(".jar"));

        if (files == null) {
            throw new IllegalStateException("There is no folder " + folder);
        }

        Arrays.sort(files);

        List<URL> urls = new ArrayList<>();

        for (File file : files) {
            urls.add(file.toURI().toURL());
        }

        return new URLClassLoader(urls.toArray(new URL[0]), ShieldedContainer.class.getClassLoader());
    }

    private static void _register(ServletContext context, ClassLoader shield, Document document) throws Exception {
        for (Element listener : _elements(document, "listener")) {
            context.addListener((EventListener)_create(shield, _text(listener, "listener-class")));
        }

        for (Element servlet : _elements(document, "servlet")) {
            ServletRegistration.Dynamic registration = context.addServlet(
                _text(servlet, "servlet-name"), (Servlet)_create(shield, _text(servlet, "servlet-class")));

            registration.setLoadOnStartup(1);
        }

        for (Element mapping : _elements(document, "servlet-mapping")) {
            context.getServletRegistration(_text(mapping, "servlet-name")).addMapping(_text(mapping, "url-pattern"));
        }
    }

    private static Object _create(ClassLoader shield, String name) throws ReflectiveOperationException {
        return shield.loadClass(name).getDeclaredConstructor().newInstance();
    }

    private static List<Element> _elements(Document document, String name) {
        List<Element> elements = new ArrayList<>();
        NodeList nodes = document.getElementsByTagName(name);

        for (int i = 0; i < nodes.getLength(); i++) {
            elements.add((Element)nodes.item(i));
        }

        return elements;
    }

    private static String _text(Element element, String name) {
        return element.getElementsByTagName(name).item(0).getTextContent().trim();
    }

    private static final String _LIBRARIES = "/WEB-INF/shielded-container-lib";

    private static final String _WEB_XML = "/WEB-INF/shielded-container-web.xml";

}
