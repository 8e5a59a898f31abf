#!/bin/bash

trap '' HUP

if [ -e "/proc/$$/fd/255" ]
then
	cd "$(dirname "$(readlink "/proc/$$/fd/255")")" || exit 1
else
	cd "$(dirname "$0")" || exit 1
fi

pid_file=db_upgrade.pid

if [ -s "${pid_file}" ]
then
	if [ ! -r "${pid_file}" ]
	then
		echo "The file ${pid_file} cannot be read."

		exit 1
	fi

	if kill -0 "$(cat "${pid_file}")" 2> /dev/null
	then
		echo "An upgrade with PID $(cat "${pid_file}") is already running."

		exit 1
	fi

	rm -f "${pid_file}" || : > "${pid_file}" || exit 1
fi

echo $$ > "${pid_file}"

java -jar com.liferay.portal.tools.db.upgrade.client.jar "$@"

rm "${pid_file}"
