#include "fiscal/csv_row.h"

namespace skontro::fiscal {
namespace {

void AppendField(const std::string& field, std::string* row) {
  if (field.find_first_of(";\"\r\n") == std::string::npos) {
    row->append(field);
    return;
  }
  row->push_back('"');
  for (char c : field) {
    if (c == '"') row->push_back('"');
    row->push_back(c);
  }
  row->push_back('"');
}

}  // namespace

std::string CsvRow(const std::vector<std::string>& fields) {
  std::string row;
  for (size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) row.push_back(';');
    AppendField(fields[i], &row);
  }
  return row + "\r\n";
}

}  // namespace skontro::fiscal
