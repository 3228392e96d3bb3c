// What encoding Opus may cost on this processor.
#pragma once

#include <string>

namespace offhook {

/** libopus's complexity, 0–10, of this machine; found out once. Reads a file: not for real-time threads. */
int usualComplexity();

/** The same of a machine whose /proc/cpuinfo says this. */
int complexityFor(const std::string& cpuinfo);

}  // namespace offhook
