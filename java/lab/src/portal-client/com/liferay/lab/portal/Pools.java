package com.liferay.lab.portal;

import com.liferay.petra.concurrent.NoticeableExecutorService;
import com.liferay.petra.concurrent.NoticeableThreadPoolExecutor;
import com.liferay.petra.concurrent.ThreadPoolHandlerAdapter;
import com.liferay.petra.executor.PortalExecutorManager;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** One pool of daemon threads for every name. */
public class Pools implements PortalExecutorManager {

    @Override
    public NoticeableExecutorService getPortalExecutor(String name) {
        return _executor;
    }

    @Override
    public NoticeableExecutorService getPortalExecutor(String name, boolean createIfAbsent) {
        return _executor;
    }

    @Override
    public NoticeableExecutorService registerPortalExecutor(String name, NoticeableExecutorService executor) {
        return _executor;
    }

    @Override
    public void shutdown() {
        _executor.shutdown();
    }

    @Override
    public void shutdown(boolean interrupt) {
        _executor.shutdown();
    }

    private static Thread _thread(Runnable runnable) {
        Thread thread = new Thread(runnable, "lab-pool");

        thread.setDaemon(true);

        return thread;
    }

    private final NoticeableExecutorService _executor = new NoticeableThreadPoolExecutor(
        1, 4, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), Pools::_thread,
        new ThreadPoolExecutor.CallerRunsPolicy(), new ThreadPoolHandlerAdapter());

}
