#include "cli/filter_text.h"

namespace skontro::cli {
namespace {

std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted.push_back('\\');
    quoted.push_back(c);
  }
  quoted.push_back('"');
  return quoted;
}

std::string Term(std::string_view field, std::string_view op,
                 const std::string& value) {
  std::string term(field);
  term.push_back(' ');
  term.append(op).append(" ").append(value);
  return term;
}

}  // namespace

void FilterText::Add(std::string_view field, std::string_view op,
                     std::string_view value) {
  if (!value.empty()) AddTerm(Term(field, op, Quoted(value)));
}

void FilterText::AddNumber(std::string_view field, std::string_view op,
                           int64_t value) {
  AddTerm(Term(field, op, std::to_string(value)));
}

void FilterText::AddWords(std::string_view text) {
  if (!text.empty()) AddTerm(Quoted(text));
}

void FilterText::AddTerm(std::string_view term) {
  if (!text_.empty()) text_.append(" AND ");
  text_.append(term);
}

}  // namespace skontro::cli
