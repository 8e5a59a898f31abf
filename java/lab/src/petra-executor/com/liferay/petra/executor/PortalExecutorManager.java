package com.liferay.petra.executor;

import com.liferay.petra.concurrent.NoticeableExecutorService;

/** Stand-in for a type that portal-impl links against and that is not on Maven Central; its shape is that of the call sites. */
public interface PortalExecutorManager {

    NoticeableExecutorService getPortalExecutor(String name);

    NoticeableExecutorService getPortalExecutor(String name, boolean createIfAbsent);

    NoticeableExecutorService registerPortalExecutor(String name, NoticeableExecutorService executor);

    void shutdown();

    void shutdown(boolean interrupt);

}
