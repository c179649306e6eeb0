using System.Text.Json;
using System.Text.Json.Serialization;
using SingleDarts.Core.Runs;

namespace SingleDarts.Core.Search;

/// <summary>An epoch's report as one line of JSON and back, every number exactly.</summary>
internal static class EpochLine
{
    public static JsonSerializerOptions Json { get; } = new(OptionsDocument.Line) { Converters = { new Matrix() } };

    public static string Write(EpochReport report) => JsonSerializer.Serialize(report, Json);

    public static EpochReport Read(string line) => JsonSerializer.Deserialize<EpochReport>(line, Json)
        ?? throw new JsonException("The line is null.");

    private sealed class Matrix : JsonConverter<double[,]>
    {
        public override double[,] Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
        {
            double[][] rows = JsonSerializer.Deserialize<double[][]>(ref reader, options) ?? throw new JsonException("A matrix is null.");
            if (rows.Any(row => row is null || row.Length != rows[0].Length))
                throw new JsonException("The rows of a matrix differ in length.");
            var matrix = new double[rows.Length, rows.FirstOrDefault()?.Length ?? 0];
            for (int i = 0; i < rows.Length; i++)
                for (int j = 0; j < matrix.GetLength(1); j++)
                    matrix[i, j] = rows[i][j];
            return matrix;
        }

        public override void Write(Utf8JsonWriter writer, double[,] value, JsonSerializerOptions options)
        {
            writer.WriteStartArray();
            for (int i = 0; i < value.GetLength(0); i++)
            {
                writer.WriteStartArray();
                for (int j = 0; j < value.GetLength(1); j++)
                    JsonSerializer.Serialize(writer, value[i, j], options);
                writer.WriteEndArray();
            }
            writer.WriteEndArray();
        }
    }
}
