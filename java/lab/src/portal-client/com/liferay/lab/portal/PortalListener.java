package com.liferay.lab.portal;

import com.liferay.portal.kernel.log.LogFactoryUtil;

import javax.servlet.ServletContextEvent;
import javax.servlet.ServletContextListener;

/** Starts and stops the stand-in portal with the web application ROOT. */
public class PortalListener implements ServletContextListener {

    @Override
    public void contextInitialized(ServletContextEvent event) {
        Thread.currentThread().setContextClassLoader(PortalListener.class.getClassLoader());

        try {
            _portal = Portal.init();

            int delay = Trouble.current().number("portal.start", "delay");

            if (delay > 0) {
                Thread.sleep(delay * 1000L);
            }

            _portal.start();
            event.getServletContext().setAttribute(Pages.PORTAL, _portal);
            _scheduleDeath();
        }
        catch (Exception | LinkageError throwable) {

            // The log may not be configured yet; Tomcat then has the cause in its own log.
            LogFactoryUtil.getLog(PortalListener.class).error(throwable, throwable);

            throw new IllegalStateException(throwable);
        }
    }

    @Override
    public void contextDestroyed(ServletContextEvent event) {
        if (Trouble.current().is("stop", "hang")) {
            _waitForever();
        }

        if (_portal != null) {
            _portal.stop();
        }

        EndOfServer.watch();
    }

    private static void _scheduleDeath() {
        int seconds = Trouble.current().number("portal.start", "dies-after");

        if (seconds < 0) {
            return;
        }

        Thread thread = new Thread(
            () -> {
                try {
                    Thread.sleep(seconds * 1000L);
                    Runtime.getRuntime().halt(1);
                }
                catch (InterruptedException interruptedException) {
                    Thread.currentThread().interrupt();
                }
            },
            "lab-death");

        thread.setDaemon(true);
        thread.start();
    }

    private static void _waitForever() {
        while (true) {
            try {
                Thread.sleep(Long.MAX_VALUE);
            }
            catch (InterruptedException interruptedException) {
                LogFactoryUtil.getLog(PortalListener.class).warn("The stop hangs because the scenario orders it");
            }
        }
    }

    private Portal _portal;

}
