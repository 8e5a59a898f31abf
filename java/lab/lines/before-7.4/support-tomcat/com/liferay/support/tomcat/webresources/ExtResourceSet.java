package com.liferay.support.tomcat.webresources;

import java.io.InputStream;
import java.net.URL;
import java.util.Collections;
import java.util.Set;

import org.apache.catalina.WebResource;
import org.apache.catalina.webresources.AbstractResourceSet;
import org.apache.catalina.webresources.EmptyResource;

/**
 * Stand-in for Liferay's class of the same name, which conf/Catalina/localhost/ROOT.xml names up to 7.3: the libraries of
 * Ext plug-ins in lib/ext/portal, a folder that no site of the lab has.
 */
public class ExtResourceSet extends AbstractResourceSet {

    @Override
    public void gc() {
    }

    @Override
    public URL getBaseUrl() {
        return null;
    }

    @Override
    public WebResource getResource(String path) {
        return new EmptyResource(getRoot(), path);
    }

    @Override
    public boolean isReadOnly() {
        return true;
    }

    @Override
    public String[] list(String path) {
        return new String[0];
    }

    @Override
    public Set<String> listWebAppPaths(String path) {
        return Collections.emptySet();
    }

    @Override
    public boolean mkdir(String path) {
        return false;
    }

    @Override
    public void setReadOnly(boolean readOnly) {
    }

    @Override
    public boolean write(String path, InputStream in, boolean overwrite) {
        return false;
    }

    @Override
    protected void initInternal() {
    }

}
