using System.Globalization;
using System.Text.RegularExpressions;
using SingleDarts.Core.Runtime;

namespace PaperTables.Slurm;

/// <summary>The indices of an array job in Slurm's notation: <c>0,3,5-9</c>.</summary>
internal static partial class ArrayExpression
{
    /// <summary>The shortest notation of a set of indices, ascending; empty for none.</summary>
    public static string Format(IEnumerable<int> indices)
    {
        var runs = new List<(int First, int Last)>();
        foreach (int index in indices.Distinct().Order())
            if (runs.Count > 0 && runs[^1].Last == index - 1)
                runs[^1] = (runs[^1].First, index);
            else
                runs.Add((index, index));
        return string.Join(',', runs.Select(run => run.First == run.Last ? $"{run.First}" : $"{run.First}-{run.Last}"));
    }

    /// <summary>The ranges of an expression, in its order. They are not counted out, because a file may claim any number.</summary>
    /// <exception cref="FormatException">It is no such expression.</exception>
    public static IReadOnlyList<(int First, int Last)> Parse(string text)
    {
        var ranges = new List<(int, int)>();
        foreach (string part in text.Split(','))
        {
            Match match = Range().Match(part);
            int first = match.Success ? Number(match.Groups[1].Value) : 0;
            int last = match.Groups[2].Success ? Number(match.Groups[2].Value) : first;
            if (!match.Success || last < first)
                throw new FormatException($"{Quoted.Of(text)} is no list of indices such as 0,3,5-9.");
            ranges.Add((first, last));
        }
        return ranges;
    }

    [GeneratedRegex(@"^([0-9]{1,8})(?:-([0-9]{1,8}))?$", RegexOptions.NonBacktracking)]
    private static partial Regex Range();

    private static int Number(string digits) => int.Parse(digits, CultureInfo.InvariantCulture);
}
