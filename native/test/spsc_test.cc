// The ring between two threads.
#include "base/spsc.h"

#include <thread>

#include "check.h"

using offhook::SpscRing;

TEST("base/ring refuses when full and keeps order") {
  SpscRing<int> ring(3);
  CHECK_EQ(ring.capacity(), 4u);
  for (int i = 0; i < 4; i++) CHECK(ring.push(i));
  CHECK(!ring.push(4));
  CHECK_EQ(ring.size(), 4u);
  int out = -1;
  for (int i = 0; i < 4; i++) {
    CHECK(ring.pop(out));
    CHECK_EQ(out, i);
  }
  CHECK(!ring.pop(out));
  CHECK(ring.readable() == nullptr);
}

TEST("base/ring passes everything between two threads in order") {
  SpscRing<int> ring(16);
  const int count = 20000;
  std::thread producer([&] {
    for (int i = 0; i < count;) {
      if (ring.push(i)) i++;
      else std::this_thread::yield();
    }
  });
  int expected = 0, out = 0;
  while (expected < count) {
    if (!ring.pop(out)) {
      std::this_thread::yield();
      continue;
    }
    if (out != expected) break;
    expected++;
  }
  producer.join();
  CHECK_EQ(expected, count);
}
