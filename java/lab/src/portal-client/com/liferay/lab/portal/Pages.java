package com.liferay.lab.portal;

import com.liferay.portal.kernel.util.ReleaseInfo;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;

import javax.servlet.ServletException;
import javax.servlet.http.HttpServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;

/** The pages of the stand-in: Liferay's two start pages and the lab's own below /lab. */
public class Pages extends HttpServlet {

    /** Servlet context attribute that holds the started portal. */
    public static final String PORTAL = Portal.class.getName();

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
        throws IOException, ServletException {

        String trouble = Trouble.current().get("portal.start");

        if ("never".equals(trouble)) {
            _waitForever();
        }

        if ("500".equals(trouble)) {
            response.sendError(HttpServletResponse.SC_INTERNAL_SERVER_ERROR);

            return;
        }

        if ("error-page".equals(trouble)) {
            _page(response, "Error", "An unexpected error occurred.");

            return;
        }

        try {
            _answer(request, response);
        }
        catch (IOException | RuntimeException exception) {
            throw exception;
        }
        catch (Exception exception) {
            throw new ServletException(exception);
        }
    }

    private void _answer(HttpServletRequest request, HttpServletResponse response) throws Exception {
        Portal portal = (Portal)getServletContext().getAttribute(PORTAL);
        String path = request.getRequestURI();

        switch (path) {
            case "/":
            case "/c/portal/layout":
                _page(response, "Home - Liferay", ReleaseInfo.getReleaseInfo());

                break;
            case "/lab/documents":
                Documents documents = new Documents(portal);

                if (request.getMethod().equals("POST")) {
                    _text(response, documents.add(_title(request), _body(request)) + "\n");
                }
                else {
                    _text(response, documents.list());
                }

                break;
            case "/lab/modules":
                _text(response, portal.framework.modules());

                break;
            default:
                response.sendError(HttpServletResponse.SC_NOT_FOUND);
        }
    }

    private static byte[] _body(HttpServletRequest request) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];

        try (InputStream in = request.getInputStream()) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                out.write(buffer, 0, count);
            }
        }

        return out.toByteArray();
    }

    /** Read off the query alone: the container would take a form's body for parameters. */
    private static String _title(HttpServletRequest request) throws IOException {
        String query = request.getQueryString();

        if ((query == null) || !query.startsWith("title=")) {
            throw new IllegalArgumentException("POST /lab/documents?title=T");
        }

        return URLDecoder.decode(query.substring("title=".length()), StandardCharsets.UTF_8.name());
    }

    private static void _page(HttpServletResponse response, String title, String text) throws IOException {
        response.setContentType("text/html;charset=UTF-8");
        response.getOutputStream().write(
            ("<!DOCTYPE html>\n<html><head><title>" + title + "</title></head><body><p>" + text +
                "</p></body></html>\n").getBytes(StandardCharsets.UTF_8));
    }

    private static void _text(HttpServletResponse response, String text) throws IOException {
        response.setContentType("text/plain;charset=UTF-8");
        response.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void _waitForever() {
        try {
            Thread.sleep(Long.MAX_VALUE);
        }
        catch (InterruptedException interruptedException) {
            Thread.currentThread().interrupt();
        }
    }

}
