#!/bin/sh
# Builds target/java-bctls-0.1.0.jar with what it needs in target/lib. Needs Maven and a JDK 17; the libraries come from Maven Central.
set -eu
cd "$(dirname "$0")"
for tool in mvn javac java; do
  if ! command -v "$tool" >/dev/null 2>&1; then
    echo "iuts/java-bctls/build.sh: needs $tool of the toolchain (Maven 3.8 and a JDK 17, or newer)" >&2
    exit 1
  fi
done
# Built again only when something has changed; the tests are `mvn test`.
jar=target/java-bctls-0.1.0.jar
if [ -f "$jar" ] && [ -z "$(find src/main pom.xml build.sh -newer "$jar" -print -quit)" ]; then
  exit 0
fi
mvn -q -B package -DskipTests
