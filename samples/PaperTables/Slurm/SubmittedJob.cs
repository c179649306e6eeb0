using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using SingleDarts.Core.Runtime;

namespace PaperTables.Slurm;

/// <summary>An array job that was submitted for a sweep: a line of <c>slurm/jobs.jsonl</c>.</summary>
/// <param name="Id">Slurm's number of the array job.</param>
/// <param name="Cluster">Its cluster, if sbatch names one.</param>
/// <param name="Submitted">When.</param>
/// <param name="Array">The indices, as in <see cref="ArrayExpression"/>.</param>
internal sealed record SubmittedJob(long Id, string? Cluster, DateTimeOffset Submitted, string Array)
{
    /// <summary>The indices below the number of trials; a sweep has no others.</summary>
    public IEnumerable<int> IndicesBelow(int trials) => ArrayExpression.Parse(Array)
        .SelectMany(range => Enumerable.Range(range.First, Math.Max(0, Math.Min(range.Last, trials - 1) - range.First + 1)));

    private const string File = "slurm/jobs.jsonl";

    /// <summary>What <c>sbatch --parsable</c> answers: <c>id</c> or <c>id;cluster</c>.</summary>
    /// <exception cref="FormatException">It is neither.</exception>
    public static (long Id, string? Cluster) ParseAnswer(string output)
    {
        string[] parts = output.Trim().Split('\n')[^1].Split(';');
        return long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out long id)
            ? (id, parts.Length > 1 ? parts[1] : null)
            : throw new FormatException($"sbatch --parsable answered {Quoted.Of(output.Trim())}, expected the number of the job.");
    }

    public void AppendTo(string sweep)
    {
        string line = new JsonObject { ["id"] = Id, ["cluster"] = Cluster,
            ["submitted"] = Submitted.ToString("O", CultureInfo.InvariantCulture), ["array"] = Array }
            .ToJsonString();
        new GuardedFolder(sweep).AppendLine(File, line);
    }

    /// <summary>All jobs of a sweep, the earliest first.</summary>
    /// <exception cref="InvalidDataException">A line is damaged.</exception>
    public static IReadOnlyList<SubmittedJob> ReadAll(string sweep) =>
        new GuardedFolder(sweep).PathOf(File) is var file && System.IO.File.Exists(file)
            ? [.. BoundedFile.ReadLines(file, ReadLimits.JsonBytes, ReadLimits.LineCharacters)
                .Select((line, number) => Read(line, $"{file}, line {number + 1}"))] : [];

    private static SubmittedJob Read(string line, string place)
    {
        try
        {
            JsonNode job = BoundedFile.ParseJson(line) ?? throw new FormatException("It is null.");
            string array = (string?)job["array"] ?? throw new FormatException("There is no array.");
            ArrayExpression.Parse(array);
            return new SubmittedJob((long?)job["id"] ?? throw new FormatException("There is no id."), (string?)job["cluster"],
                DateTimeOffset.Parse((string?)job["submitted"] ?? "", CultureInfo.InvariantCulture), array);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            throw new InvalidDataException($"{place} is no submitted job ({e.Message}) Delete the line if the job is over.");
        }
    }
}
