# What the commands share: a JDK 25, Maven, and a build when there is none or it is old. Read by ./demo and by those in bin/.
# Who reads it has set root, the project's folder; modules, those that it runs; built, a file that marks its last build.

fail() {
  echo "${0##*/}: $1" >&2
  exit "${2:-1}"
}

is_jdk_25() {
  [ -x "$1/bin/java" ] || return 1
  if [ -r "$1/release" ]; then
    grep -q '^JAVA_VERSION="25[".]' "$1/release"
  else
    "$1/bin/java" -version 2>&1 | grep -q 'version "25[".]'
  fi
}

java_on_path() {
  command -v java >/dev/null || return 0
  java -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.home = //p'
}

find_jdk() {
  managed="${HOME-}/.sdkman/candidates/java/* ${HOME-}/.jenv/versions/* ${HOME-}/.jdks/* ${HOME-}/.asdf/installs/java/*"
  on_macos="/Library/Java/JavaVirtualMachines/*/Contents/Home ${HOME-}/Library/Java/JavaVirtualMachines/*/Contents/Home"
  jdk_folders="/usr/lib/jvm/* /usr/java/* /usr/local/*jdk* /opt/* /opt/*/* /opt/homebrew/opt/openjdk* $managed $on_macos"
  named=$(env | sed -n -e 's/^JDK_*25_HOME=//p' -e 's/^JAVA_*25_HOME=//p' -e 's/^JAVA_HOME_25[A-Za-z0-9_]*=//p')
  # Unquoted, so that the patterns become folders.
  for jdk in "${JAVA_HOME-}" $named "$(java_on_path)" $jdk_folders; do
    if is_jdk_25 "$jdk"; then
      echo "$jdk"
      return
    fi
  done
  fail "no JDK 25 found: install one, or set JAVA_HOME to it"
}

find_maven() {
  for maven in "$(command -v mvn)" "${MAVEN_HOME-}/bin/mvn" "${M2_HOME-}/bin/mvn" \
    "${HOME-}"/.sdkman/candidates/maven/current/bin/mvn /opt/*maven*/bin/mvn /usr/share/maven/bin/mvn \
    /opt/homebrew/bin/mvn /usr/local/bin/mvn; do
    if [ -x "$maven" ]; then
      echo "$maven"
      return
    fi
  done
  fail "no Maven found, which is needed to build: install it, or put mvn on the PATH"
}

# Whether a jar is missing, or a source is newer than the jar and than the last build from here.
needs_build() {
  for module in $modules; do
    jar=
    for file in "$root/$module"/target/*.jar; do
      [ ! -e "$file" ] || jar=$file
    done
    [ -n "$jar" ] || return 0
    last=$jar
    [ ! -e "$built" ] || last=$built
    newer=$(find "$root/pom.xml" "$root/config" "$root/libs" "$root/$module" \
      \( -name target -o -path '*/src/test' \) -prune -o \
      -type f -newer "$jar" -newer "$last" -print)
    [ -z "$newer" ] || return 0
  done
  return 1
}

build() {
  maven=$(find_maven) || exit 1
  mkdir -p "$root/.demo"
  echo "Building; the log is $root/.demo/build.log"
  touch "$built.begun"
  (
    cd "$root" || exit 1
    # Maven itself runs on the Java that it finds, if there is one; the build is told of the JDK 25.
    [ -n "${JAVA_HOME-}" ] || command -v java >/dev/null || export JAVA_HOME="$jdk"
    JAVA25_HOME=$jdk "$maven" -B -ntp -q -Dstyle.color=never -Dmaven.test.skip \
      -pl "$(echo "$modules" | tr ' ' ,)" -am package
  ) >"$root/.demo/build.log" 2>&1 || fail "the build failed: $(sed -n "/.*\[ERROR\] /{s///p;q;}" "$root/.demo/build.log")"
  mv "$built.begun" "$built"
}
