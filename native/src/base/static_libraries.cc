// Debian's static libraries are made for programs, not for an addon: the one thing in them that an addon cannot reach as
// they do is `stderr`, where they complain before they give up. The linker (--wrap) sends them here.
#include <cstdio>

extern "C" {
extern FILE* __real_stderr;
extern FILE* __wrap_stderr;
__attribute__((visibility("hidden"))) FILE* __wrap_stderr = nullptr;
}

/** Before any other initialisation: libFuzzer's own takes it. */
__attribute__((constructor(101))) static void takeStderr() { __wrap_stderr = __real_stderr; }
