// Reading JavaScript values strictly: what is missing or of the wrong kind throws a TypeError that names the path, what
// was expected and what was found.
#pragma once

#include <napi.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace offhook {

/** A value and the path that leads to it, as a programmer would write it: `command.stream.rtp.port`. */
class Field {
 public:
  Field(Napi::Value value, std::string path) : value_(value), path_(std::move(path)) {}

  Napi::Env env() const { return value_.Env(); }
  bool absent() const { return value_.IsUndefined(); }
  const std::string& path() const { return path_; }

  /** A property; absent when the object has none. Throws when this is no object. */
  Field at(const char* name) const;
  std::string string() const;
  /** What a Secret (firmware/base/secret.ts) hides; never shown. */
  std::string secret() const;
  /** A string's UTF-16 units. */
  std::u16string wide() const;
  bool boolean() const;
  double number() const;
  /** A whole number within [low, high]. */
  uint64_t whole(uint64_t low, uint64_t high) const;
  template <typename T>
  T whole() const { return static_cast<T>(whole(0, std::numeric_limits<T>::max())); }
  std::vector<Field> items() const;
  /** Own properties by name. */
  std::vector<std::pair<std::string, Field>> entries() const;
  /** Index of the string among `names`. */
  size_t oneOf(std::initializer_list<const char*> names) const;

  [[noreturn]] void refuse(const std::string& expected) const;

 private:
  std::string show() const;
  Napi::Value value_;
  std::string path_;
};

}  // namespace offhook
