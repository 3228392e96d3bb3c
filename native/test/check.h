// The native test harness: TEST(name) { … CHECK(…) } anywhere in native/test/*.cc; main is in check.cc.
// Names are `folder/what it shows`; `make check ONLY=prefix` runs those that begin so.
#pragma once

#include <sstream>
#include <string>

namespace check {

using Body = void (*)();
bool add(const char* name, Body body);
void fail(const char* file, int line, const std::string& what);

template <typename A, typename B>
void equal(const char* file, int line, const char* text, const A& actual, const B& expected) {
  if (actual == expected) return;
  std::ostringstream out;
  out << text << ": got " << actual << ", expected " << expected;
  fail(file, line, out.str());
}

template <typename A, typename B, typename C>
void within(const char* file, int line, const char* text, const A& actual, const B& low, const C& high) {
  if (actual >= low && actual <= high) return;
  std::ostringstream out;
  out << text << ": got " << actual << ", expected " << low << "…" << high;
  fail(file, line, out.str());
}

}  // namespace check

#define CHECK_JOIN2(a, b) a##b
#define CHECK_JOIN(a, b) CHECK_JOIN2(a, b)
#define TEST_BODY(name, id)                                             \
  static void id();                                                     \
  [[maybe_unused]] static const bool CHECK_JOIN(id, _added) = check::add(name, id); \
  static void id()
#define TEST(name) TEST_BODY(name, CHECK_JOIN(test_, __LINE__))

#define CHECK(condition) \
  do { if (!(condition)) check::fail(__FILE__, __LINE__, #condition); } while (0)
#define CHECK_EQ(actual, expected) check::equal(__FILE__, __LINE__, #actual, actual, expected)
#define CHECK_WITHIN(actual, low, high) check::within(__FILE__, __LINE__, #actual, actual, low, high)
/** Ends the test: for what the rest of it cannot do without. */
#define REQUIRE(condition) \
  do { if (!(condition)) { check::fail(__FILE__, __LINE__, #condition); return; } } while (0)
