// FFmpeg's codecs as somebody else's word on ours: sound in and out as 16-bit samples of the machine's order.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "check.h"

namespace ffmpeg {

template <typename T>
std::vector<T> readAll(const std::string& path) {
  std::vector<T> out;
  if (FILE* file = std::fopen(path.c_str(), "rb")) {
    T block[1024];
    while (const size_t got = std::fread(block, sizeof(T), 1024, file)) out.insert(out.end(), block, block + got);
    std::fclose(file);
  }
  return out;
}

/** What `ffmpeg INPUT -i FILE OUTPUT FILE` makes of `in`. Fails the test when it does not. */
template <typename To, typename From>
std::vector<To> convert(const std::vector<From>& in, const std::string& input, const std::string& output) {
  char folder[] = "/tmp/offhook-ffmpeg-XXXXXX";
  if (!mkdtemp(folder)) return check::fail(__FILE__, __LINE__, "mkdtemp"), std::vector<To>();
  const std::string from = std::string(folder) + "/in", to = std::string(folder) + "/out";
  FILE* file = std::fopen(from.c_str(), "wb");
  if (file) {
    std::fwrite(in.data(), sizeof(From), in.size(), file);
    std::fclose(file);
  }
  const std::string command = "ffmpeg -v error -nostdin " + input + " -i " + from + " " + output + " " + to;
  const int status = std::system(command.c_str());
  std::vector<To> out = readAll<To>(to);
  unlink(from.c_str());
  unlink(to.c_str());
  rmdir(folder);
  if (status != 0 || out.empty()) check::fail(__FILE__, __LINE__, command);
  return out;
}

}  // namespace ffmpeg
