namespace SingleDarts.Core.Tests.Fixtures;

/// <summary>A fact about 64-bit Linux; reported as skipped elsewhere.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute(string reason = "Only Linux loads libtorch in this way.") => Skip = OperatingSystem.IsLinux() ? null : reason;
}
