// Runs the registered tests; last line `N passed, N failed`, exit code 1 when any failed.
#include "check.h"

#include <cstdio>
#include <cstring>
#include <vector>

namespace {
struct Test {
  const char* name;
  check::Body body;
};
std::vector<Test>& tests() {
  static std::vector<Test> all;
  return all;
}
int failures = 0;
}  // namespace

namespace check {
bool add(const char* name, Body body) {
  tests().push_back({name, body});
  return true;
}
void fail(const char* file, int line, const std::string& what) {
  ++failures;
  std::printf("  %s:%d: %s\n", file, line, what.c_str());
}
}  // namespace check

int main(int argc, char** argv) {
  const char* only = argc > 1 ? argv[1] : "";
  int passed = 0, failed = 0;
  for (const Test& test : tests()) {
    if (std::strncmp(test.name, only, std::strlen(only)) != 0) continue;
    failures = 0;
    test.body();
    if (failures) std::printf("FAILED %s\n", test.name);
    std::fflush(stdout);
    (failures ? failed : passed) += 1;
  }
  std::printf("%d passed, %d failed\n", passed, failed);
  return failed || !passed ? 1 : 0;
}
