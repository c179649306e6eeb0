using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Data;

/// <summary>Whether two parts of the data mean the same: the same classes in the same order, samples of one shape and one scale.</summary>
internal static class MatchingData
{
    private const int MostNames = 3;

    /// <summary>Sentences that say what differs; none if the network of one part can be tested on the other.</summary>
    public static IEnumerable<string> Faults(IBatchSource train, IBatchSource test)
    {
        string first = $"the training data '{train.Name}'", second = $"the test data '{test.Name}'";
        if (test is DatasetSource && train is not DatasetSource)
        {
            yield return $"The training data '{train.Name}' is a batch source, which makes its own model input, but the test data " +
                $"'{test.Name}' is a dataset, of which it is not known how it becomes the same input; give EvaluatedOn a batch source, " +
                "too, for example a " +
                "BatchSource with the transform.";
            yield break;
        }
        if (ClassFault(first, train.Classes, train.ClassNames, second, test.Classes, test.ClassNames) is { } classes)
            yield return classes;
        if (!test.InputShape.SequenceEqual(train.InputShape))
            yield return $"The samples of {first} are [{string.Join(", ", train.InputShape)}] and those of {second} " +
                $"[{string.Join(", ", test.InputShape)}]; resize them to one shape.";
        if (train.ValueScale is { } scale && test.ValueScale is { } other && scale != other)
            yield return $"The values of {first} are {scale} and those of {second} are {other}; load both as images or both as " +
                "floating point, " +
                "and give both the same normalisation.";
    }

    /// <summary>A transform that would change nothing, because the data make their own model input; null if there is none.</summary>
    public static string? TransformFault(IBatchSource data, IBatchTransform? transform) => data is DatasetSource || transform is null ? null
        : $"The transform '{transform}' is set, but '{data.Name}' is a batch source, which makes its own model input; expected no " +
            "transform. " +
            "Leave Augmenting(...) out and give the transform to the source.";

    /// <summary>A sentence that says which classes differ; null if none do, or if the numbers are the same and one part has no
    /// names.</summary>
    public static string? ClassFault(
        string first, int classes, IReadOnlyList<string>? names, string second, int otherClasses, IReadOnlyList<string>? otherNames)
    {
        string number = classes == otherClasses ? "" : $"{first} has {classes} classes and {second} has {otherClasses}; ";
        string difference = Named(names) is { } a && Named(otherNames) is { } b && !a.SequenceEqual(b)
            ? Difference(first, a, second, b) : "";
        if (number.Length + difference.Length == 0)
            return null;
        string fault = $"{number}{difference}both need the same classes in the same order.";
        return char.ToUpperInvariant(fault[0]) + fault[1..];
    }

    /// <summary>Null if there are no names but the numbers 0, 1, ...</summary>
    public static IReadOnlyList<string>? Named(IReadOnlyList<string>? names) =>
        names is null || names.SequenceEqual(names.Select((_, k) => k.ToString())) ? null : names;

    private static string Difference(string first, IReadOnlyList<string> names, string second, IReadOnlyList<string> others)
    {
        string[] missing = [Only(first, names.Except(others)), Only(second, others.Except(names))];
        if (missing.Any(part => part.Length > 0))
            return $"only {string.Join(" and only ", missing.Where(part => part.Length > 0))}; ";
        int at = names.Zip(others).TakeWhile(pair => pair.First == pair.Second).Count();
        return at == Math.Min(names.Count, others.Count) ? ""
            : $"class {at} is {Quoted.Of(names[at])} in {first} and {Quoted.Of(others[at])} in {second}; ";
    }

    private static string Only(string part, IEnumerable<string> names)
    {
        string[] all = [.. names];
        string more = all.Length > MostNames ? $" and {all.Length - MostNames} more" : "";
        return all.Length == 0 ? "" : $"{part} has {string.Join(", ", all.Take(MostNames).Select(name => $"{Quoted.Of(name)}"))}{more}";
    }
}
