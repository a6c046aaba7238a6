// A View says once how a resource is shown: its columns for tables and CSV, and
// its JSON. The functions below write one resource or a list of them in the
// format that was asked for.
//
// Thread safety: pure functions.

#ifndef SKONTRO_CLI_LISTING_H_
#define SKONTRO_CLI_LISTING_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/json_writer.h"
#include "cli/table.h"

namespace skontro::cli {

enum class Format { kText, kCsv, kJson };

// Where a column is shown. CSV has every column.
enum class Place { kEverywhere, kDetail, kCsvOnly };

template <typename Resource>
struct Column {
  std::string key;    // Header in CSV; stable.
  std::string title;  // Header in text.
  CellKind kind = CellKind::kText;
  Place place = Place::kEverywhere;
  std::function<std::string(const Resource&)> value;
};

template <typename Resource>
struct View {
  std::string singular;  // Member of the JSON for one, such as "trade".
  std::string plural;    // For a list, such as "trades".
  std::vector<Column<Resource>> columns;
  // Writes the members of the JSON object of a resource.
  std::function<void(const Resource&, JsonWriter*)> members;
};

// `title  value` lines, the titles to the left, empty values left out.
std::string TitledLines(
    const std::vector<std::pair<std::string, std::string>>& lines);

template <typename Resource>
std::string ListCsv(const View<Resource>& view,
                    const std::vector<Resource>& rows) {
  std::vector<Table::Heading> headings;
  for (const auto& column : view.columns) {
    headings.push_back({column.key, column.kind});
  }
  Table table(std::move(headings));
  for (const Resource& row : rows) {
    std::vector<std::string> cells;
    for (const auto& column : view.columns) cells.push_back(column.value(row));
    table.Add(std::move(cells));
  }
  return table.Csv();
}

template <typename Resource>
std::string ListText(const View<Resource>& view,
                     const std::vector<Resource>& rows) {
  std::vector<Table::Heading> headings;
  for (const auto& column : view.columns) {
    if (column.place != Place::kEverywhere) continue;
    headings.push_back({column.title, column.kind});
  }
  Table table(std::move(headings));
  for (const Resource& row : rows) {
    std::vector<std::string> cells;
    for (const auto& column : view.columns) {
      if (column.place != Place::kEverywhere) continue;
      cells.push_back(column.value(row));
    }
    table.Add(std::move(cells));
  }
  return table.Text();
}

// One resource as titled lines.
template <typename Resource>
std::string DetailText(const View<Resource>& view, const Resource& row) {
  std::vector<std::pair<std::string, std::string>> lines;
  for (const auto& column : view.columns) {
    if (column.place == Place::kCsvOnly) continue;
    lines.emplace_back(column.title, column.value(row));
  }
  return TitledLines(lines);
}

template <typename Resource>
void WriteObject(const View<Resource>& view, const Resource& row,
                 std::string_view key, JsonWriter* json) {
  json->BeginObject(key);
  view.members(row, json);
  json->EndObject();
}

// A list in `format`. In JSON {"<plural>": [...], "sequence": ...}; `sequence`
// below zero means that the answer reflects none.
template <typename Resource>
std::string ListIn(Format format, const View<Resource>& view,
                   const std::vector<Resource>& rows, int64_t sequence) {
  if (format == Format::kCsv) return ListCsv(view, rows);
  if (format == Format::kText) return ListText(view, rows);
  JsonWriter json;
  json.BeginObject();
  json.BeginArray(view.plural);
  for (const Resource& row : rows) WriteObject(view, row, "", &json);
  json.EndArray();
  if (sequence >= 0) json.Number("sequence", sequence);
  json.EndObject();
  return json.Finish();
}

// One resource in `format`. In JSON {"<singular>": {...}, "sequence": ...}.
template <typename Resource>
std::string OneIn(Format format, const View<Resource>& view,
                  const Resource& row, int64_t sequence) {
  if (format == Format::kCsv) return ListCsv<Resource>(view, {row});
  if (format == Format::kText) {
    return DetailText(view, row) +
           TitledLines({{"Sequence", std::to_string(sequence)}});
  }
  JsonWriter json;
  json.BeginObject();
  WriteObject(view, row, view.singular, &json);
  json.Number("sequence", sequence);
  json.EndObject();
  return json.Finish();
}

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_LISTING_H_
