namespace SingleDarts.Core.Tests.Fixtures;

/// <summary>A fact that needs a real data file in the folder SINGLEDARTS_DATA; skipped with a message where the file is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class DataFactAttribute : FactAttribute
{
    public DataFactAttribute(string file)
    {
        if (!Path.Exists(PathOf(file)))
            Skip = $"'{file}' was not found; set SINGLEDARTS_DATA to the folder that holds it.";
    }

    public static string PathOf(string file) => Path.Combine(Environment.GetEnvironmentVariable("SINGLEDARTS_DATA") ?? "", file);
}
