// The checks, and how a wrong value is shown.
#include "marshal.h"

#include <cmath>
#include <limits>

namespace offhook {

namespace {
constexpr size_t kShown = 60;
constexpr uint32_t kMostItems = 1024;
}  // namespace

std::string Field::show() const {
  if (value_.IsString()) {
    std::string text = value_.As<Napi::String>().Utf8Value();
    if (text.size() > kShown) text = text.substr(0, kShown) + "…";
    return "'" + text + "'";
  }
  if (value_.IsNumber() || value_.IsBoolean() || value_.IsNull() || value_.IsUndefined())
    return value_.ToString().Utf8Value();
  if (value_.IsArray()) return "an array";
  if (value_.IsFunction()) return "a function";
  return value_.IsObject() ? "an object" : "something else";
}

void Field::refuse(const std::string& expected) const {
  throw Napi::TypeError::New(env(), path_ + ": expected " + expected + ", got " + show());
}

Field Field::at(const char* name) const {
  if (!value_.IsObject() || value_.IsArray()) refuse("an object");
  return Field(value_.As<Napi::Object>().Get(name), path_ + "." + name);
}

std::string Field::string() const {
  if (!value_.IsString()) refuse("a string");
  return value_.As<Napi::String>().Utf8Value();
}

std::string Field::secret() const {
  const Napi::Value reveal = value_.IsObject() ? value_.As<Napi::Object>().Get("reveal") : env().Undefined();
  const Napi::Value hidden = reveal.IsFunction() ? reveal.As<Napi::Function>().Call(value_, {}) : env().Undefined();
  if (!hidden.IsString()) refuse("a Secret");
  return hidden.As<Napi::String>().Utf8Value();
}

std::u16string Field::wide() const {
  if (!value_.IsString()) refuse("a string");
  return value_.As<Napi::String>().Utf16Value();
}

bool Field::boolean() const {
  if (!value_.IsBoolean()) refuse("true or false");
  return value_.As<Napi::Boolean>().Value();
}

double Field::number() const {
  if (!value_.IsNumber()) refuse("a number");
  const double number = value_.As<Napi::Number>().DoubleValue();
  if (!std::isfinite(number)) refuse("a finite number");
  return number;
}

uint64_t Field::whole(uint64_t low, uint64_t high) const {
  const bool isNumber = value_.IsNumber();
  const double number = isNumber ? value_.As<Napi::Number>().DoubleValue() : 0;
  if (!isNumber || std::floor(number) != number || number < static_cast<double>(low) || number > static_cast<double>(high))
    refuse("a whole number of " + std::to_string(low) + "–" + std::to_string(high));
  return static_cast<uint64_t>(number);
}

std::vector<Field> Field::items() const {
  if (!value_.IsArray()) refuse("an array");
  const Napi::Array array = value_.As<Napi::Array>();
  if (array.Length() > kMostItems) refuse("at most 1024 items");
  std::vector<Field> out;
  for (uint32_t i = 0; i < array.Length(); i++) out.emplace_back(array.Get(i), path_ + "[" + std::to_string(i) + "]");
  return out;
}

std::vector<std::pair<std::string, Field>> Field::entries() const {
  if (!value_.IsObject() || value_.IsArray()) refuse("an object");
  std::vector<std::pair<std::string, Field>> out;
  for (const Field& name : Field(value_.As<Napi::Object>().GetPropertyNames(), path_).items()) {
    const std::string key = name.string();
    out.emplace_back(key, at(key.c_str()));
  }
  return out;
}

size_t Field::oneOf(std::initializer_list<const char*> names) const {
  std::string wanted;
  size_t i = 0;
  for (const char* name : names) {
    if (value_.IsString() && value_.As<Napi::String>().Utf8Value() == name) return i;
    wanted += (i++ ? ", '" : "'") + std::string(name) + "'";
  }
  refuse("one of " + wanted);
}

}  // namespace offhook
