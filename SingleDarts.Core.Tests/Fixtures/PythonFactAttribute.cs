namespace SingleDarts.Core.Tests.Fixtures;

/// <summary>A fact that needs a Python of any kind; reported as skipped, with the reason, if there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PythonFactAttribute : FactAttribute
{
    public PythonFactAttribute() => Skip = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, "python3"))) ? null : "There is no python3 in PATH, so no block was compiled.";
}
