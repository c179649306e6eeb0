namespace SingleDarts.Core.Tests.Fixtures;

/// <summary>A theory about Linux; reported as skipped elsewhere.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LinuxTheoryAttribute : TheoryAttribute
{
    public LinuxTheoryAttribute(string reason = "Only on Linux.") => Skip = OperatingSystem.IsLinux() ? null : reason;
}
