package com.liferay.portal.tools.db.upgrade.client;

/** The command line: -d/--debug, -h/--help, -j/--jvm-opts ARG, -l/--log-file ARG, -s/--shell. */
class Options {

    static Options parse(String[] arguments) {
        Options options = new Options();

        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "-d":
                case "--debug":
                    options.debug = true;

                    break;
                case "-h":
                case "--help":
                    options.help = true;

                    break;
                case "-j":
                case "--jvm-opts":
                    options.jvmOptions = _value(arguments, ++i);

                    break;
                case "-l":
                case "--log-file":
                    options.logFile = _value(arguments, ++i);

                    break;
                case "-s":
                case "--shell":
                    options.shell = true;

                    break;
                default:
                    throw new IllegalArgumentException("Unrecognized option: " + arguments[i]);
            }
        }

        return options;
    }

    static String usage() {
        return "usage: Liferay Portal Tools Database Upgrade\n" +
            " -d,--debug            Sets the JVM arguments for remote debugging, port 8001.\n" +
            " -h,--help             Print this message.\n" +
            " -j,--jvm-opts <arg>   Set the JVM_OPTS used for the Liferay upgrade process.\n" +
            " -l,--log-file <arg>   Set the name of log file.\n" +
            " -s,--shell            Automatically connect to GoGo shell.";
    }

    private static String _value(String[] arguments, int index) {
        if (index >= arguments.length) {
            throw new IllegalArgumentException("Missing argument for option: " + arguments[index - 1]);
        }

        return arguments[index];
    }

    boolean debug;
    boolean help;
    String jvmOptions =
        "-Dfile.encoding=UTF8 -Duser.country=US -Duser.language=en -Duser.timezone=GMT -Xmx2048m";
    String logFile = ClientLine.LOG_FILE;
    boolean shell;

}
