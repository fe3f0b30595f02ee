// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice The cheat codes that these tests use, of the many that the test runner has.
interface Vm {
    function addr(uint256 key) external pure returns (address);
    function assume(bool condition) external pure;
    function chainId(uint256 id) external;
    function deal(address account, uint256 balance) external;
    function envOr(string calldata name, string calldata otherwise) external view returns (string memory);
    function etch(address target, bytes calldata code) external;
    function expectRevert(bytes calldata data) external;
    function expectRevert(bytes4 selector) external;
    function label(address account, string calldata name) external;
    function parseBytes(string calldata hexadecimal) external pure returns (bytes memory);
    function prank(address sender) external;
    function readFile(string calldata path) external view returns (string memory);
    function sign(uint256 key, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function split(string calldata text, string calldata separator) external pure returns (string[] memory parts);
    function toString(uint256 value) external pure returns (string memory);
    function warp(uint256 timestamp) external;
    function writeLine(string calldata path, string calldata line) external;
}

Vm constant vm = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);

/// @notice What a test says when a promise is broken.
error Broken(string which);

/// @dev Reverts unless `holds`.
function check(bool holds, string memory which) pure {
    if (!holds) revert Broken(which);
}

/// @dev `seed` brought into `low` to `high`, both included; small seeds and the bounds themselves come up often.
function within(uint256 seed, uint256 low, uint256 high) pure returns (uint256) {
    if (seed >= low && seed <= high) return seed;
    uint256 size = high - low;
    if (size == type(uint256).max) return seed;
    return low + (seed % (size + 1));
}
