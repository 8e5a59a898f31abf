package com.liferay.support.tomcat.util.scan;

import javax.servlet.ServletContext;

import org.apache.tomcat.JarScanFilter;
import org.apache.tomcat.JarScanType;
import org.apache.tomcat.JarScanner;
import org.apache.tomcat.JarScannerCallback;

/** Stand-in for Liferay's scanner of the same name, which conf/Catalina/localhost/ROOT.xml names: scans nothing. */
public class NOPJarScanner implements JarScanner {

    @Override
    public JarScanFilter getJarScanFilter() {
        return _filter;
    }

    @Override
    public void scan(JarScanType type, ServletContext context, JarScannerCallback callback) {
    }

    @Override
    public void setJarScanFilter(JarScanFilter filter) {
        _filter = filter;
    }

    private JarScanFilter _filter = (type, name) -> false;

}
