dnl The extension dollr. libdollr is looked for in DIR, in the folder libdollr beside this file, by pkg-config, and in /usr/local and /usr.
PHP_ARG_WITH([dollr],
  [for dollr],
  [AS_HELP_STRING([[--with-dollr[=DIR]]], [Payments by the Dollr Open API; DIR is the prefix of libdollr])],
  [yes])

PHP_ARG_ENABLE([dollr-shared-library],
  [whether to link libdollr.so],
  [AS_HELP_STRING([--enable-dollr-shared-library], [Link libdollr.so; libdollr.a is put into the extension otherwise])],
  [no],
  [no])

if test "$PHP_DOLLR" != "no"; then
  dnl A folder that has an own header wins, so that a release may ship the library with the source.
  AC_PATH_PROG([PKG_CONFIG], [pkg-config], [no])
  dollr_include=
  if test "$PHP_DOLLR" != "yes"; then
    dollr_include=$PHP_DOLLR/include
    dollr_lib=$PHP_DOLLR/lib
  elif test -f "$ext_srcdir/libdollr/include/dollr.h"; then
    dollr_include=$ext_srcdir/libdollr/include
    dollr_lib=$ext_srcdir/libdollr/lib
  elif test "$PKG_CONFIG" != "no" && "$PKG_CONFIG" --exists dollr; then
    dollr_include=$("$PKG_CONFIG" --variable=includedir dollr)
    dollr_lib=$("$PKG_CONFIG" --variable=libdir dollr)
  else
    for dollr_prefix in /usr/local /usr; do
      if test -z "$dollr_include" && test -f "$dollr_prefix/include/dollr.h"; then
        dollr_include=$dollr_prefix/include
        dollr_lib=$dollr_prefix/lib
      fi
    done
  fi
  AC_MSG_CHECKING([for libdollr])
  if test ! -f "$dollr_include/dollr.h"; then
    AC_MSG_RESULT([no])
    AC_MSG_ERROR([there is no dollr.h: put libdollr into a prefix with crates/dollr-ffi/install of the project, and name it by --with-dollr=DIR])
  fi
  if test "$PHP_DOLLR_SHARED_LIBRARY" = "no" && test -f "$dollr_lib/libdollr.a"; then
    AC_MSG_RESULT([$dollr_lib/libdollr.a])
    dnl Its symbols stay inside: another extension may have SQLite or a Rust library of its own. It is never unloaded: a call that was
    dnl left behind may still be on its way. What nothing of it calls is left out.
    DOLLR_SHARED_LIBADD="$dollr_lib/libdollr.a -Wl,--exclude-libs,libdollr.a -Wl,--gc-sections -Wl,-z,nodelete -lgcc_s -lutil -lrt -lpthread -lm -ldl"
  elif test -f "$dollr_lib/libdollr.so"; then
    AC_MSG_RESULT([$dollr_lib/libdollr.so])
    DOLLR_SHARED_LIBADD="-L$dollr_lib -ldollr -Wl,-z,nodelete -lpthread -lm"
  else
    AC_MSG_RESULT([no])
    AC_MSG_ERROR([there is a dollr.h in $dollr_include, but no libdollr in $dollr_lib])
  fi
  AC_CHECK_SIZEOF([long])
  if test "$ac_cv_sizeof_long" != "8"; then
    AC_MSG_ERROR([dollr needs a 64-bit platform: its moments are milliseconds])
  fi
  PHP_ADD_INCLUDE([$dollr_include])
  PHP_SUBST([DOLLR_SHARED_LIBADD])
  PHP_NEW_EXTENSION([dollr],
    [src/dollr.c src/held.c src/objects.c src/errors.c src/values.c src/arguments.c src/intent.c src/action.c src/machine.c src/token.c src/channel.c src/call.c src/threads.c src/settings.c src/client.c src/pay.c src/goods.c src/journal.c],
    [$ext_shared],,
    [-I@ext_srcdir@/src -fvisibility=hidden -DZEND_ENABLE_STATIC_TSRMLS_CACHE=1])
  PHP_ADD_BUILD_DIR([$ext_builddir/src])
fi
